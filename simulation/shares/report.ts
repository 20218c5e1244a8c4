import { formatVerdicts } from '../machine/seeded-run.ts';
import { isFinal } from './record-story.ts';
import type { ShareRun } from './run-seed.ts';

export function formatRuns(runs: readonly ShareRun[]): string {
  const events = runs.flatMap(({ history }) => history.events);
  const acked = events.filter((event) => event.kind === 'acked');
  const again = events.filter((event) => event.kind === 'acquired' && event.times > 1).length;
  const deaths = runs.reduce((sum, run) => sum + run.deaths, 0);
  const lasting = runs.reduce((sum, { history }) => sum + history.lasting.length, 0);
  return [
    `${runs.length} runs, ${deaths} deaths of the broker, ${lasting} records at the end, ` +
      `${events.filter(({ kind }) => kind === 'acquired').length} deliveries, ${again} of them again; ` +
      `${acked.filter(isFinal).length} records done, ${acked.filter(({ code }) => (code ?? 0) > 0).length} refused`,
    ...formatVerdicts(runs),
  ].join('\n');
}
