import type { Figures, Scenario, ScenarioResult } from '../scenario.ts';
import { type ServerName, startServer, withDataDir } from '../server.ts';
import { describeFigures } from '../side-by-side.ts';

export const start: Scenario = {
  name: 'start',
  title: 'start to first metadata answer',
  method:
    'An empty data directory (for Kafka: formatted beforehand, not counted); from the start of the process to the ' +
    'first answer to a metadata request that lists the broker, asked every 5 ms on new connections.',
  figures: [{ name: 'startMs', unit: 'ms', isMoreBetter: false, target: '≤ 1/10 of Kafka' }],
  run: async ({ runs, servers, log }): Promise<ScenarioResult> => {
    const results: Partial<Record<ServerName, Figures[]>> = {};
    // The first start of each warms the file cache (and V8's compile cache) and does not count.
    for (let run = 0; run <= runs; run++) {
      for (const name of servers) {
        const figures = await withDataDir(async (dataDir) => {
          const server = await startServer(name, dataDir);
          await server.kill();
          return { startMs: server.startedInMs };
        });
        if (run === 0) continue;
        log(`${name} run ${run}: ${describeFigures(figures)}`);
        results[name] = [...(results[name] ?? []), figures];
      }
    }
    return results;
  },
};
