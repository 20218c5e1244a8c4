import { load } from '../load.ts';
import { cpuSeconds } from '../process-stats.ts';
import type { Scenario } from '../scenario.ts';
import type { Server } from '../server.ts';
import { sideBySide } from '../side-by-side.ts';

export const produce: Scenario = {
  name: 'produce',
  title: 'produce, 100 B records, full batches, acks=1, 4 partitions',
  method:
    'franz-go requests of one uncompressed 1 MB batch of 100 B records each, two in flight for each of 4 partitions; ' +
    'processor time of the broker over the run.',
  figures: [
    { name: 'recordsPerCpuSecond', unit: 'records per broker CPU-second', isMoreBetter: true, target: '≥ 3x, aim 5x' },
    { name: 'recordsPerSecond', unit: 'records/s', isMoreBetter: true },
    { name: 'cpuSecondsPerGigabyte', unit: 'CPU-s per GB', isMoreBetter: false },
  ],
  run: (options) => {
    const records = options.isQuick ? 1_000_000 : 5_000_000;
    return sideBySide(options, {
      prepare: async (server) => {
        await load('topic', server, 'bench', topicFlags);
        for (let round = 0; round < (options.isQuick ? 1 : 3); round++) await produceOnce(server, records);
      },
      measure: (server) => produceOnce(server, records),
    });
  },
};

/** Small retention keeps the disk from filling over many runs; files that are deleted cost neither side much. */
const topicFlags = { configs: 'retention.bytes=500000000,segment.bytes=250000000' };

async function produceOnce(server: Server, records: number) {
  const cpuBefore = cpuSeconds(server.pid);
  const result = await load<{ records: number; bytes: number; seconds: number }>('produce', server, 'bench', {
    records,
  });
  const cpu = cpuSeconds(server.pid) - cpuBefore;
  return {
    recordsPerCpuSecond: result.records / cpu,
    recordsPerSecond: result.records / result.seconds,
    cpuSecondsPerGigabyte: cpu / (result.bytes / 1e9),
  };
}
