import type { Clock } from '@sluice/kernel/clock';

/** Something to wait for that others may bring about early. */
export interface WakeUp {
  /** Settles after the delay or the next call of `now`. */
  after(delayMs: number): Promise<void>;
  now(): void;
}

export function createWakeUp(clock: Clock): WakeUp {
  let wake = () => {};
  return {
    after: (delayMs) =>
      new Promise((resolve) => {
        const timer = clock.setTimer(delayMs, resolve);
        wake = () => {
          timer.cancel();
          resolve();
        };
      }),
    now: () => wake(),
  };
}
