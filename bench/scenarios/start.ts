import { oneByOne } from '../one-by-one.ts';
import type { Figures, Scenario } from '../scenario.ts';
import { type ServerName, startServer } from '../server.ts';

export const start: Scenario = {
  name: 'start',
  title: 'start to first metadata answer',
  method:
    'An empty data directory (for Kafka: formatted beforehand, not counted); from the start of the process to the ' +
    'first answer to a metadata request that lists the broker, asked every 5 ms on new connections.',
  figures: [{ name: 'startMs', unit: 'ms', isMoreBetter: false, target: '≤ 1/10 of Kafka' }],
  run: async (options) => {
    // The first start of each warms the file cache (and V8's compile cache) and does not count.
    await oneByOne({ ...options, runs: 1, log: () => {} }, startOnce);
    return oneByOne(options, startOnce);
  },
};

async function startOnce(name: ServerName, dataDir: string): Promise<Figures> {
  const server = await startServer(name, dataDir);
  await server.kill();
  return { startMs: server.startedInMs };
}
