import { formatVerdicts } from '../machine/seeded-run.ts';
import type { TransactionRun } from './run-seed.ts';

export function formatRuns(runs: readonly TransactionRun[]): string {
  const attempts = runs.flatMap(({ history }) => history.attempts);
  const count = (outcome: string) => attempts.filter((attempt) => attempt.outcome === outcome).length;
  const deaths = runs.reduce((sum, run) => sum + run.deaths, 0);
  const copied = runs.reduce((sum, { history }) => sum + (history.copied?.output.length ?? 0), 0);
  return [
    `${runs.length} runs, ${deaths} deaths of the broker, ${attempts.length} transactions: ${count('committed')} committed, ` +
      `${count('aborted')} aborted, ${count('unknown')} of unknown end; ${copied} records copied`,
    ...formatVerdicts(runs),
  ].join('\n');
}
