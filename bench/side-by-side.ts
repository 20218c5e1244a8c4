import type { Figures, RunOptions, ScenarioResult } from './scenario.ts';
import { type Server, type ServerName, type Settings, startServer, withDataDir } from './server.ts';

/**
 * Starts every server, warms each, then measures them in turn, run by run, so that what else the machine does hurts
 * both alike.
 */
export async function sideBySide(
  { runs, servers, log }: RunOptions,
  steps: {
    readonly settings?: Settings | ((name: ServerName) => Settings);
    readonly prepare: (server: Server) => Promise<void>;
    readonly measure: (server: Server, run: number) => Promise<Figures>;
  },
): Promise<ScenarioResult> {
  return withDataDir(async (dataDir) => {
    const started: Server[] = [];
    const results: Partial<Record<ServerName, Figures[]>> = {};
    try {
      for (const name of servers) {
        const settings = typeof steps.settings === 'function' ? steps.settings(name) : steps.settings;
        const server = await startServer(name, `${dataDir}/${name}`, settings);
        started.push(server);
        await steps.prepare(server);
      }
      for (let run = 0; run < runs; run++) {
        for (const server of started) {
          const figures = await steps.measure(server, run);
          log(`${server.name} run ${run + 1}: ${describeFigures(figures)}`);
          results[server.name] = [...(results[server.name] ?? []), figures];
        }
      }
    } finally {
      for (const server of started) await server.kill();
    }
    return results;
  });
}

export function describeFigures(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${round(value)}`)
    .join(', ');
}

export function round(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
