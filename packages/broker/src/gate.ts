import type { Dispatch } from './dispatch.ts';

export interface Gate {
  readonly dispatch: Dispatch;
  open(dispatch: Dispatch): void;
  /** It will never open: closes the connections of those who wait. Does nothing once it is open. */
  refuse(): void;
}

/** Connections are accepted from the first moment on, but their requests wait until the broker can answer them. */
export function createGate(): Gate {
  let opened: Dispatch | undefined;
  const whenOpen = Promise.withResolvers<Dispatch | undefined>();
  return {
    dispatch(frame, peer, areOthersUnderWay) {
      if (opened !== undefined) return opened(frame, peer, areOthersUnderWay);
      if (areOthersUnderWay) return 'later';
      const outcome = whenOpen.promise.then((dispatch) => {
        const begun = dispatch?.(frame, peer, false);
        return begun === undefined || begun === 'later' ? 'close' : begun.outcome;
      });
      return { outcome, isPipelined: false };
    },
    open(dispatch) {
      opened = dispatch;
      whenOpen.resolve(dispatch);
    },
    refuse: () => whenOpen.resolve(undefined),
  };
}
