import type { Clock } from '@sluice/kernel/clock';

const SECOND_MS = 1_000;

/** So much a second, a second's worth at once. It may be overdrawn: then it is empty for longer. */
export interface TokenBucket {
  has(count: number): boolean;
  pay(count: number): void;
}

export function createTokenBucket(clock: Clock, perSecond: number): TokenBucket {
  let level = perSecond;
  let atMs = clock.monotonicMs();
  const fill = () => {
    const nowMs = clock.monotonicMs();
    level = Math.min(perSecond, level + ((nowMs - atMs) / SECOND_MS) * perSecond);
    atMs = nowMs;
  };
  return {
    has(count) {
      fill();
      return level >= count;
    },
    pay(count) {
      fill();
      level -= count;
    },
  };
}
