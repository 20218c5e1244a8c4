import type { SimClock } from '@sluice/kernel/sim/clock';
import { ErrorCode } from '@sluice/protocol/generated/errors';

/** The coordinator is away for a moment: a client asks again. */
export const TRY_AGAIN: readonly number[] = [
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
];
export const BACKOFF_MS = 100;

/** A member's process: a crash ends it, and what it still had under way concerns nobody. */
export interface MemberLife {
  readonly isAlive: boolean;
  /** A new one, whose number everything that it does carries. */
  begin(): number;
  end(): void;
  pause(durationMs: number): void;
  pass(delayMs: number): Promise<void>;
  /** Everything that the process does goes through here: false once it is gone, later if it is paused. */
  lives(mine: number): Promise<boolean>;
}

export function createMemberLife(clock: SimClock): MemberLife {
  let life = 0;
  let isAlive = false;
  let pausedUntilMs = 0;
  const pass = (delayMs: number) => new Promise<void>((resolve) => void clock.setTimer(delayMs, resolve));

  return {
    get isAlive() {
      return isAlive;
    },
    begin() {
      isAlive = true;
      pausedUntilMs = 0;
      return life;
    },
    end() {
      life++;
      isAlive = false;
    },
    pause(durationMs) {
      pausedUntilMs = clock.monotonicMs() + durationMs;
    },
    pass,
    async lives(mine) {
      while (clock.monotonicMs() < pausedUntilMs) await pass(pausedUntilMs - clock.monotonicMs());
      return mine === life && isAlive;
    },
  };
}
