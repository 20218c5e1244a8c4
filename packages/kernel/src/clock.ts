import type { TimestampMs } from './ids.ts';

/** Cancels a timer; cancelling one that fired or was cancelled does nothing. */
export interface Timer {
  cancel(): void;
}

/** Time as a port. State machines never see it: they are given `now`. */
export interface Clock {
  /** Wall time, milliseconds since the Unix epoch, whole. It may jump either way. */
  now(): TimestampMs;
  /** Milliseconds since an arbitrary start, fractional. It never goes back: use it for timeouts. */
  monotonicMs(): number;
  /** Runs `action` once after at least `delayMs` of monotonic time. Does not keep the process alive. */
  setTimer(delayMs: number, action: () => void): Timer;
  /**
   * Runs `action` once what is ready now has been handled, so that work of several connections can be done in one go.
   * Without it a microtask serves.
   */
  readonly soon?: (action: () => void) => void;
}
