import { load } from '../load.ts';
import { dropPageCache } from '../page-cache.ts';
import { cpuSeconds } from '../process-stats.ts';
import type { Scenario } from '../scenario.ts';
import type { Server } from '../server.ts';
import { sideBySide } from '../side-by-side.ts';

export const consumeDisk: Scenario = {
  name: 'consume-disk',
  title: 'consume, catching up from disk, 100 B records, 4 partitions',
  method:
    'A log several times larger than any cache of the broker itself, read from its beginning by one consumer; measured ' +
    "with the kernel's page cache as it is, and again after it was dropped where that is allowed.",
  figures: [
    { name: 'recordsPerCpuSecond', unit: 'records per broker CPU-second', isMoreBetter: true, target: '≥ 1x' },
    { name: 'recordsPerSecond', unit: 'records/s', isMoreBetter: true },
    {
      name: 'recordsPerCpuSecondUncached',
      unit: 'records per broker CPU-second, page cache dropped',
      isMoreBetter: true,
    },
    { name: 'recordsPerSecondUncached', unit: 'records/s, page cache dropped', isMoreBetter: true },
  ],
  run: (options) => {
    const records = options.isQuick ? 3_000_000 : 10_000_000;
    return sideBySide(options, {
      prepare: async (server) => {
        await load('topic', server, 'bench');
        await load('produce', server, 'bench', { records: records + 100_000 });
        for (let round = 0; round < (options.isQuick ? 1 : 3); round++) await consumeOnce(server, records);
      },
      measure: async (server) => {
        // The other server's run dropped the page cache: a pass that does not count brings it back.
        if (!options.isQuick) await consumeOnce(server, records);
        const cached = await consumeOnce(server, records);
        if (options.isQuick || !dropPageCache()) return cached;
        const uncached = await consumeOnce(server, records);
        return {
          ...cached,
          recordsPerCpuSecondUncached: uncached.recordsPerCpuSecond,
          recordsPerSecondUncached: uncached.recordsPerSecond,
        };
      },
    });
  },
};

async function consumeOnce(server: Server, records: number) {
  const cpuBefore = cpuSeconds(server.pid);
  const result = await load<{ records: number; seconds: number }>('consume', server, 'bench', { records });
  const cpu = Math.max(0.01, cpuSeconds(server.pid) - cpuBefore);
  return { recordsPerCpuSecond: result.records / cpu, recordsPerSecond: result.records / result.seconds };
}
