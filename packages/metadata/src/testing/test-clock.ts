import type { Clock } from '@sluice/kernel/clock';

export interface TestClock extends Clock {
  /** Fires what falls due, in its order. */
  advance(ms: number): void;
}

/** A clock that stands until it is advanced. */
export function testClock(): TestClock {
  let nowMs = 0;
  let timers: { atMs: number; action: () => void }[] = [];
  return {
    now: () => 1_700_000_000_000 + Math.floor(nowMs),
    monotonicMs: () => nowMs,
    setTimer(delayMs, action) {
      const timer = { atMs: nowMs + delayMs, action };
      timers.push(timer);
      return {
        cancel() {
          timers = timers.filter((other) => other !== timer);
        },
      };
    },
    advance(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        const due = timers.filter((timer) => timer.atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs)[0];
        if (due === undefined) break;
        timers = timers.filter((timer) => timer !== due);
        nowMs = Math.max(nowMs, due.atMs);
        due.action();
      }
      nowMs = untilMs;
    },
  };
}
