import type { History } from './history.ts';

/** One invariant's verdict. */
export interface Verdict {
  /** How often it was looked at; a rule that never was proves nothing. */
  readonly checkedCount: number;
  readonly violations: readonly string[];
}

/** An invariant of a history, by the name that the reliability table gives it. */
export interface Rule {
  readonly row: string;
  readonly promise: string;
  check(history: History): Verdict;
}

/** Counts looks and keeps what they found. */
export function createInspection() {
  const violations: string[] = [];
  let checkedCount = 0;
  return {
    check(holds: boolean, violation: () => string): void {
      checkedCount++;
      if (!holds) violations.push(violation());
    },
    verdict: (): Verdict => ({ checkedCount, violations }),
  };
}

export interface CheckOptions {
  /** A start may take so much processor time, and so much more for each MB that it must read. */
  readonly startMs: number;
  readonly startMsPerMegabyte: number;
}
