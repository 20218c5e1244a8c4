import { load } from '../load.ts';
import type { Figures, Scenario, ScenarioResult } from '../scenario.ts';
import { type ServerName, startServer, withDataDir } from '../server.ts';
import { describeFigures } from '../side-by-side.ts';

interface Loaded {
  readonly loadedMs: number;
  readonly othersP50Ms: number;
  readonly othersP99Ms: number;
  readonly othersMaxMs: number;
  readonly alwaysLoaded: boolean;
}

const PARTITIONS = 100;

export const loadOffsets: Scenario = {
  name: 'load-offsets',
  title: 'start with 1 M committed offsets',
  method:
    '10,000 groups commit offsets for 100 partitions each, and the broker is stopped cleanly. From the start of its ' +
    'process until OffsetFetch has answered for 200 groups of all coordinators (50 partitions), with nothing missing. ' +
    'Meanwhile 500 Metadata requests a second on a schedule; the same once more when all is loaded, to compare.',
  figures: [
    { name: 'startToLoadedMs', unit: 'ms from the start', isMoreBetter: false, target: "≤ Kafka's" },
    { name: 'loadMs', unit: 'ms from serving to loaded', isMoreBetter: false },
    { name: 'othersP99Ms', unit: 'ms, p99 of other requests meanwhile', isMoreBetter: false, target: 'unaffected' },
    { name: 'othersP99IdleMs', unit: 'ms, their p99 afterwards', isMoreBetter: false },
  ],
  run: async ({ runs, servers, log, isQuick }): Promise<ScenarioResult> => {
    const results: Partial<Record<ServerName, Figures[]>> = {};
    for (const name of servers) {
      await withDataDir(async (dataDir) => {
        await fill(name, dataDir, isQuick ? 2_000 : 10_000, log);
        for (let run = 1; run <= runs; run++) {
          const figures = await startLoaded(name, dataDir);
          log(`${name} run ${run}: ${describeFigures(figures)}`);
          results[name] = [...(results[name] ?? []), figures];
        }
      });
    }
    return results;
  },
};

async function fill(name: ServerName, dataDir: string, groups: number, log: (line: string) => void): Promise<void> {
  const server = await startServer(name, dataDir);
  await load('topic', server, 'loaded', { partitions: PARTITIONS });
  const { offsets, seconds } = await load<{ offsets: number; seconds: number }>('fill', server, 'loaded', {
    partitions: PARTITIONS,
    groups,
  });
  log(`${name}: ${offsets.toLocaleString('en')} offsets committed in ${seconds.toFixed(1)} s`);
  await server.stop();
}

async function startLoaded(name: ServerName, dataDir: string): Promise<Figures> {
  const server = await startServer(name, dataDir);
  try {
    const meanwhile = await load<Loaded>('loaded', server, 'loaded', { partitions: PARTITIONS });
    const idle = await load<Loaded>('loaded', server, 'loaded', { partitions: PARTITIONS, seconds: 2 });
    return {
      startToLoadedMs: server.startedInMs + meanwhile.loadedMs,
      loadMs: meanwhile.loadedMs,
      othersP99Ms: meanwhile.othersP99Ms,
      othersMaxMs: meanwhile.othersMaxMs,
      othersP99IdleMs: idle.othersP99Ms,
    };
  } finally {
    await server.stop();
  }
}
