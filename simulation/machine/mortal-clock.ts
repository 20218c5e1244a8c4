import type { Clock, Timer } from '@sluice/kernel/clock';

/** The clock of a process: its timers die with it. */
export interface MortalClock extends Clock {
  die(): void;
}

export function createMortalClock(clock: Clock): MortalClock {
  const timers = new Set<Timer>();
  let isDead = false;
  return {
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
    setTimer(delayMs, action) {
      if (isDead) return { cancel() {} };
      const timer = clock.setTimer(delayMs, () => {
        timers.delete(timer);
        action();
      });
      timers.add(timer);
      return {
        cancel() {
          timers.delete(timer);
          timer.cancel();
        },
      };
    },
    die() {
      isDead = true;
      for (const timer of timers) timer.cancel();
      timers.clear();
    },
  };
}
