import { durabilitySettings, PROMISES } from '../durability-settings.ts';
import { load } from '../load.ts';
import { oneByOne } from '../one-by-one.ts';
import type { Figures, Scenario } from '../scenario.ts';
import { type Server, startServer } from '../server.ts';

interface Delivered {
  readonly records: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly writeP50Ms: number;
  readonly writeP99Ms: number;
  readonly cpuSeconds: number;
}

const WARM_UP_ROUNDS = 3;

export const shareDelivery: readonly Scenario[] = PROMISES.map(({ promised, suffix, said }) => ({
  name: `share-delivery${suffix}`,
  title: `one 1 kB record to a waiting member of a share group, ${promised}`,
  method:
    'One record after the other, each 10 ms after the last one has arrived, by Produce v12 with acks=all to one ' +
    'partition; a member whose ShareFetch v2 waits, and which accepts each record with its next one. From the produce ' +
    'request until the member has the record. Each broker has the machine for itself, since also an idle one has threads ' +
    `that wake up; it has delivered for ${WARM_UP_ROUNDS * 10} seconds before. ${said}`,
  figures: [
    { name: 'p99Ms', unit: 'ms, p99', isMoreBetter: false, target: '≤ 1/2 of Kafka' },
    { name: 'p50Ms', unit: 'ms, p50', isMoreBetter: false },
    { name: 'writeP99Ms', unit: 'ms until the producer is answered, p99', isMoreBetter: false },
    { name: 'cpuMicrosecondsPerRecord', unit: 'broker CPU-µs per record', isMoreBetter: false },
  ],
  run: (options) =>
    oneByOne(options, async (name, dataDir) => {
      const seconds = options.isQuick ? 3 : 10;
      const server = await startServer(name, dataDir, durabilitySettings(promised)(name));
      try {
        for (let round = 0; round < WARM_UP_ROUNDS; round++) await deliver(server, `warm-up-${round}`, seconds);
        return await deliver(server, 'delivery', seconds);
      } finally {
        await server.kill();
      }
    }),
}));

/** A topic of its own for each round, so that the group finds nothing to catch up with. */
async function deliver(server: Server, name: string, seconds: number): Promise<Figures> {
  await load('topic', server, name, { partitions: 1 });
  const flags = { partitions: 1, group: name, seconds, pid: server.pid };
  const { cpuSeconds, ...delivered } = await load<Delivered>('deliver', server, name, flags);
  return { ...delivered, cpuMicrosecondsPerRecord: (1e6 * cpuSeconds) / delivered.records };
}
