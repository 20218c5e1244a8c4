import { type LoadFlags, load } from '../load.ts';
import type { Figures, Scenario } from '../scenario.ts';
import type { Server } from '../server.ts';
import { sideBySide } from '../side-by-side.ts';

interface Durable {
  readonly records: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const PRODUCERS = 64;
/** Rounds of the same load beforehand: Java's compiler needs them more than we do. */
const WARM_UP_ROUNDS = 2;

export const durableRecords: readonly Scenario[] = [1, 100, 1000].map(durableTo);

function durableTo(partitions: number): Scenario {
  const where = partitions === 1 ? 'one partition' : `${partitions.toLocaleString('en')} partitions`;
  return {
    name: `durable-records-${partitions}`,
    title: `acks=all on disk, ${PRODUCERS} producers of 100 B, ${where}`,
    method:
      `${PRODUCERS} connections with one Produce request of one 100 B record in flight each, acks=all, to one of ` +
      `${where} after the other; Kafka with flush.messages=1.`,
    figures: [
      { name: 'recordsPerSecond', unit: 'records/s', isMoreBetter: true, target: '≥ 2x' },
      { name: 'p99Ms', unit: 'ms, p99', isMoreBetter: false, target: '≤ 1/2 of Kafka' },
      { name: 'p50Ms', unit: 'ms, p50', isMoreBetter: false },
      { name: 'recordsPerCpuSecond', unit: 'records per broker CPU-second', isMoreBetter: true },
    ],
    run: (options) => {
      const seconds = options.isQuick ? 3 : 8;
      return sideBySide(options, {
        prepare: async (server) => {
          const onDisk: LoadFlags = server.name === 'kafka' ? { configs: 'flush.messages=1' } : {};
          await load('topic', server, 'durable', { partitions, ...onDisk });
          for (let round = 0; round < WARM_UP_ROUNDS; round++) await produceOnce(server, partitions, seconds);
        },
        measure: (server) => produceOnce(server, partitions, seconds),
      });
    },
  };
}

async function produceOnce(server: Server, partitions: number, seconds: number): Promise<Figures> {
  const flags = { partitions, producers: PRODUCERS, seconds, pid: server.pid };
  const result = await load<Durable>('durable', server, 'durable', flags);
  return {
    recordsPerSecond: result.records / result.seconds,
    recordsPerCpuSecond: result.records / result.cpuSeconds,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
  };
}
