import type { Figures, RunOptions, ScenarioResult } from './scenario.ts';
import { type ServerName, withDataDir } from './server.ts';
import { describeFigures } from './side-by-side.ts';

/** Measures the servers in turn, run by run, each time on a new data directory: one runs while the other does not. */
export async function oneByOne(
  { runs, servers, log }: Pick<RunOptions, 'runs' | 'servers' | 'log'>,
  measure: (name: ServerName, dataDir: string) => Promise<Figures>,
): Promise<ScenarioResult> {
  const results: Partial<Record<ServerName, Figures[]>> = {};
  for (let run = 1; run <= runs; run++) {
    for (const name of servers) {
      const figures = await withDataDir((dataDir) => measure(name, dataDir));
      log(`${name} run ${run}: ${describeFigures(figures)}`);
      results[name] = [...(results[name] ?? []), figures];
    }
  }
  return results;
}
