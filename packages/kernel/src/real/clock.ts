import type { Clock, Timer } from '../clock.ts';

/** Node fires a timer at once when its delay does not fit 31 bits, so longer waits are made of several. */
const DELAY_MS_MAX = 2 ** 31 - 1;

/** The machine's clocks. Its timers never keep the process alive. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(delayMs, action) {
    return startTimer(performance.now() + delayMs, delayMs, action);
  },
  soon: setImmediate,
};

function startTimer(dueMs: number, delayMs: number, action: () => void): Timer {
  let timeout: NodeJS.Timeout;
  const arm = (waitMs: number) => {
    timeout = setTimeout(fire, Math.min(Math.max(waitMs, 0), DELAY_MS_MAX)).unref();
  };
  const fire = () => {
    // Node counts whole milliseconds and may fire up to one early.
    const remainingMs = dueMs - performance.now();
    if (remainingMs > 0) arm(remainingMs);
    else action();
  };
  arm(delayMs);
  return { cancel: () => clearTimeout(timeout) };
}
