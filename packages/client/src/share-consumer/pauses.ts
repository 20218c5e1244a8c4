import type { Clock } from '@sluice/kernel/clock';

/** Pauses that can be cut short. */
export interface Pauses {
  pause(delayMs: number): Promise<void>;
  /** Ends those that are under way. */
  end(): void;
}

export function createPauses(clock: Clock): Pauses {
  const enders = new Set<() => void>();
  return {
    pause: (delayMs) =>
      new Promise((resolve) => {
        const end = () => {
          timer.cancel();
          enders.delete(end);
          resolve();
        };
        const timer = clock.setTimer(delayMs, end);
        enders.add(end);
      }),
    end() {
      for (const end of [...enders]) end();
    },
  };
}
