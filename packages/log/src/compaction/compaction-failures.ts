import type { Clock } from '@sluice/kernel/clock';

/** A partition that failed is tried again: what was wrong may pass, as a full disk does. */
export const RETRY_MS_MIN = 60_000;
export const RETRY_MS_MAX = 3_600_000;

interface Failure {
  readonly reason: string;
  readonly retryMs: number;
  readonly dueMs: number;
}

/** Partitions that could not be compacted the last time it was tried, by name; each is held back longer every time. */
export interface CompactionFailures {
  readonly count: number;
  readonly reasons: ReadonlyMap<string, string>;
  /** Returns how long the partition is held back. */
  add(name: string, reason: string): number;
  /** It could be compacted, or nothing was found wrong with it. */
  heal(name: string): void;
  has(name: string): boolean;
  isHeldBack(name: string): boolean;
  /** Forgets all others: partitions that are gone, or not compacted any more. */
  keepOnly(names: ReadonlySet<string>): void;
}

export function createCompactionFailures(clock: Clock): CompactionFailures {
  const failures = new Map<string, Failure>();
  return {
    get count() {
      return failures.size;
    },
    get reasons() {
      return new Map([...failures].map(([name, { reason }]) => [name, reason]));
    },
    add(name, reason) {
      const earlier = failures.get(name);
      const retryMs = Math.min(RETRY_MS_MAX, (earlier?.retryMs ?? RETRY_MS_MIN / 2) * 2);
      failures.set(name, { reason, retryMs, dueMs: clock.monotonicMs() + retryMs });
      return retryMs;
    },
    heal: (name) => failures.delete(name),
    has: (name) => failures.has(name),
    isHeldBack(name) {
      const failure = failures.get(name);
      return failure !== undefined && clock.monotonicMs() < failure.dueMs;
    },
    keepOnly(names) {
      for (const name of failures.keys()) if (!names.has(name)) failures.delete(name);
    },
  };
}
