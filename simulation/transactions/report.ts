import type { TransactionRun } from './run-seed.ts';

export function formatRuns(runs: readonly TransactionRun[]): string {
  const attempts = runs.flatMap(({ history }) => history.attempts);
  const count = (outcome: string) => attempts.filter((attempt) => attempt.outcome === outcome).length;
  const deaths = runs.reduce((sum, run) => sum + run.deaths, 0);
  const copied = runs.reduce((sum, { history }) => sum + (history.copied?.output.length ?? 0), 0);
  const rows = runs[0]?.verdicts.map(({ row }) => row) ?? [];
  const lines = rows.map((row) => {
    const bad = runs.filter((run) => run.verdicts.some((each) => each.row === row && each.violations.length > 0));
    const [first] = bad;
    if (first === undefined) return `  ${row}: holds`;
    const what = first.verdicts.find((each) => each.row === row)?.violations.join('; ');
    return `  ${row}: ${bad.length} runs VIOLATE it, seed ${first.seed}: ${what}`;
  });
  return [
    `${runs.length} runs, ${deaths} deaths of the broker, ${attempts.length} transactions: ${count('committed')} committed, ` +
      `${count('aborted')} aborted, ${count('unknown')} of unknown end; ${copied} records copied`,
    ...lines,
  ].join('\n');
}

export function isViolated(run: TransactionRun, row?: string): boolean {
  return run.verdicts.some((each) => each.violations.length > 0 && (row === undefined || each.row === row));
}
