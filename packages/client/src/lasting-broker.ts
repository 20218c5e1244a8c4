import type { Broker } from './broker.ts';

/** A broker's connection that is dialled when it is first needed, and again when it was lost. */
export interface Lasting {
  /** Callers that come while it is being dialled share it. */
  get(): Promise<Broker>;
  close(): void;
}

export function createLasting(dial: () => Promise<Broker>): Lasting {
  let dialled: Promise<Broker> | undefined;
  let open: Broker | undefined;

  return {
    get() {
      if (dialled !== undefined && open?.isOpen !== false) return dialled;
      open = undefined;
      const attempt = dial();
      dialled = attempt;
      attempt.then(
        (broker) => {
          open = broker;
        },
        () => {
          if (dialled === attempt) dialled = undefined;
        },
      );
      return attempt;
    },
    close() {
      open?.close();
    },
  };
}
