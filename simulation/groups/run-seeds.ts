import type { GroupCanary } from './canaries.ts';
import { simulateConsumerGroups, simulateMixedGroups } from './simulate-consumer-groups.ts';
import { type GroupRun, simulateGroups } from './simulate-groups.ts';

/** What kind of groups a run has. */
export const SIMULATIONS = {
  classic: simulateGroups,
  consumer: simulateConsumerGroups,
  mixed: simulateMixedGroups,
} as const;
export type GroupProtocol = keyof typeof SIMULATIONS;
export const GROUP_PROTOCOLS: readonly GroupProtocol[] = ['classic', 'consumer', 'mixed'];

/** Many runs, each from its own seed. */
export interface GroupReport {
  readonly runCount: number;
  readonly requestCount: number;
  readonly restartCount: number;
  readonly rows: readonly ReportRow[];
}

export interface ReportRow {
  readonly row: string;
  readonly promise: string;
  readonly checkedCount: number;
  readonly violationCount: number;
  /** What was broken first, with its seed. */
  readonly first: string | undefined;
}

export interface SeedsOptions {
  readonly protocol: GroupProtocol;
  readonly firstSeed: number;
  readonly count: number;
  readonly canary?: GroupCanary | undefined;
  readonly noiseMs?: number | undefined;
  /** Ends early. */
  until?(run: GroupRun): boolean;
}

export async function runSeeds({
  protocol,
  firstSeed,
  count,
  canary,
  noiseMs,
  until,
}: SeedsOptions): Promise<GroupReport> {
  const rows = new Map<string, ReportRow>();
  let runCount = 0;
  let requestCount = 0;
  let restartCount = 0;
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const run = await SIMULATIONS[protocol](seed, { canary, noiseMs });
    runCount++;
    requestCount += run.requestCount;
    restartCount += run.restartCount;
    for (const { row, promise, checkedCount, violations } of run.verdicts) {
      const before = rows.get(promise);
      const first = violations[0] === undefined ? undefined : `seed ${seed}: ${violations[0]}`;
      rows.set(promise, {
        row,
        promise,
        checkedCount: (before?.checkedCount ?? 0) + checkedCount,
        violationCount: (before?.violationCount ?? 0) + violations.length,
        first: before?.first ?? first,
      });
    }
    if (until?.(run) === true) break;
  }
  return { runCount, requestCount, restartCount, rows: [...rows.values()] };
}

/** Runs until the rule that is to notice it has; `undefined` if it never does. */
export async function runsUntilNoticed(
  canary: GroupCanary,
  firstSeed: number,
  count: number,
): Promise<number | undefined> {
  const { promise } = canary.rule;
  const until = ({ verdicts }: GroupRun) =>
    verdicts.some((verdict) => verdict.promise === promise && verdict.violations.length > 0);
  const report = await runSeeds({ protocol: canary.protocol, firstSeed, count, canary, until });
  const isNoticed = report.rows.some((row) => row.promise === promise && row.violationCount > 0);
  return isNoticed ? report.runCount : undefined;
}

export function formatReport({ runCount, requestCount, restartCount, rows }: GroupReport): string {
  const lines = rows.map(({ row, promise, checkedCount, violationCount, first }) => {
    const line = `${row}  ${violationCount === 0 ? 'holds ' : 'BROKEN'}  ${promise}: looked at ${checkedCount} times`;
    return first === undefined ? line : `${line}, broken ${violationCount} times; ${first}`;
  });
  return [`${runCount} runs, ${requestCount} requests, ${restartCount} restarts`, ...lines].join('\n');
}
