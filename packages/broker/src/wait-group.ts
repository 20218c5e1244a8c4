import type { Clock } from '@sluice/kernel/clock';

/** Waits for a number of callbacks, or for a time to be over, whichever is first. */
export interface WaitGroup {
  done(): void;
  /** All are done or the time is over: later calls change nothing. */
  readonly isOver: boolean;
  readonly finished: Promise<void>;
}

export function createWaitGroup(count: number, clock: Clock, timeoutMs: number): WaitGroup {
  let left = count;
  let isOver = false;
  let resolve: () => void = () => {};
  const finished = new Promise<void>((settle) => {
    resolve = settle;
  });
  const timer = clock.setTimer(timeoutMs, end);

  function end(): void {
    if (isOver) return;
    isOver = true;
    timer.cancel();
    resolve();
  }

  return {
    done() {
      left--;
      if (left <= 0) end();
    },
    get isOver() {
      return isOver;
    },
    finished,
  };
}
