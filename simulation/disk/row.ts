import { checkHistory, type RowVerdict } from '../crash/check-history.ts';
import type { History } from '../crash/history.ts';
import type { Breakage } from './canaries.ts';

/** A start may take so much processor and virtual time together; the logs of these runs are small. */
const CHECK = { startMs: 20_000, startMsPerMegabyte: 40 };
const VIOLATIONS_MAX = 200;

/** One row of faults: what it does to the disk, and what must hold. */
export interface FaultRow {
  readonly row: string;
  readonly promise: string;
  /** All that there is to run takes long; how many cycles of it, spread evenly, are a quick look. */
  readonly quickCycles: number;
  run(options: RowOptions): Promise<RowReport>;
}

export interface RowOptions {
  readonly seed: number;
  /** At most so many, spread evenly over all that there are; all of them if left out. */
  readonly cyclesMax?: number | undefined;
  readonly breakage?: Breakage | undefined;
  onCycle?(done: number, total: number): void;
}

export interface RowReport {
  readonly row: string;
  readonly seed: number;
  readonly cycles: number;
  readonly operations: number;
  readonly acked: number;
  readonly info: number;
  /** Processor and virtual time of the slowest start. */
  readonly worstStartMs: number;
  readonly verdicts: readonly RowVerdict[];
}

export interface Tally {
  /** One cycle's history; of what is checked, these rows, or all. */
  add(cycle: string, history: History, rows?: ReadonlySet<string>): void;
  /** What no history shows. */
  verdict(cycle: string, verdict: RowVerdict): void;
  report(row: string, seed: number): RowReport;
}

export function createTally(): Tally {
  const byRow = new Map<string, { row: string; promise: string; checkedCount: number; violations: string[] }>();
  let cycles = 0;
  let operations = 0;
  let acked = 0;
  let info = 0;
  let worstStartMs = 0;

  function verdict(cycle: string, { row, promise, checkedCount, violations }: RowVerdict): void {
    const all = byRow.get(`${row} ${promise}`) ?? { row, promise, checkedCount: 0, violations: [] };
    byRow.set(`${row} ${promise}`, all);
    all.checkedCount += checkedCount;
    for (const violation of violations) {
      if (all.violations.length < VIOLATIONS_MAX) all.violations.push(`${cycle}: ${violation}`);
    }
  }

  return {
    verdict,
    add(cycle, history, rows) {
      cycles++;
      for (const event of history.events) {
        if (event.kind === 'started') worstStartMs = Math.max(worstStartMs, event.readyMs);
        if (event.kind === 'sent') operations++;
        if (!('outcome' in event)) continue;
        if (event.kind !== 'answered') operations++;
        if (event.outcome === 'ok') acked++;
        else if (event.outcome === 'info') info++;
      }
      for (const each of checkHistory(history, CHECK)) {
        if (rows === undefined || rows.has(each.row)) verdict(cycle, each);
      }
    },
    report: (row, seed) => ({
      row,
      seed,
      cycles,
      operations,
      acked,
      info,
      worstStartMs,
      verdicts: [...byRow.values()],
    }),
  };
}

export function violationCount({ verdicts }: RowReport): number {
  return verdicts.reduce((sum, { violations }) => sum + violations.length, 0);
}

/** At most `max` of them, spread evenly, the first and the last among them; another seed takes others. */
export function spread<T>(all: readonly T[], max: number | undefined, seed: number): readonly T[] {
  if (max === undefined || all.length <= max) return all;
  const step = all.length / max;
  const shift = ((seed % 97) / 97) * step;
  return Array.from({ length: max }, (_, index) => all[Math.floor(index * step + shift)]).filter(
    (each) => each !== undefined,
  );
}
