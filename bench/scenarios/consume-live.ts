import { load, startLoad } from '../load.ts';
import { cpuSeconds } from '../process-stats.ts';
import type { Scenario } from '../scenario.ts';
import type { Server } from '../server.ts';
import { sideBySide } from '../side-by-side.ts';

const consumers = 4;

export const consumeLive: Scenario = {
  name: 'consume-live',
  title: 'consume live from the tail, 100 B records, 4 partitions',
  method:
    `A producer at a fixed rate (500,000 records/s in 1 MB batches), first alone, then with ${consumers} consumers at the ` +
    "end of the log; the difference of the broker's processor time is what the consumers cost.",
  figures: [
    { name: 'recordsPerCpuSecond', unit: 'records per broker CPU-second', isMoreBetter: true, target: '≥ 2x' },
    { name: 'cpuSecondsPerGigabyte', unit: 'CPU-s per GB', isMoreBetter: false },
  ],
  run: (options) => {
    const flags = { records: options.isQuick ? 1_000_000 : 5_000_000, rate: 500_000 };
    return sideBySide(options, {
      prepare: async (server) => {
        await load('topic', server, 'bench', { configs: 'retention.bytes=500000000,segment.bytes=250000000' });
        await measure(server, flags);
      },
      measure: (server) => measure(server, flags),
    });
  },
};

async function measure(server: Server, flags: { records: number; rate: number }) {
  const cpuStart = cpuSeconds(server.pid);
  await load('produce', server, 'bench', flags);
  const alone = cpuSeconds(server.pid) - cpuStart;

  const consuming = startLoad('consume', server, 'bench', { records: flags.records, consumers, 'from-end': true });
  await new Promise((resolve) => consuming.child.stdout?.once('data', resolve));
  const cpuBefore = cpuSeconds(server.pid);
  await load('produce', server, 'bench', flags);
  const consumed = JSON.parse((await consuming.output).trim().split('\n').at(-1) ?? '') as {
    records: number;
    bytes: number;
  };
  const together = cpuSeconds(server.pid) - cpuBefore;
  // Ticks are hundredths of a second: a difference below one of them says only that it is small.
  const cpu = Math.max(0.01, together - alone);
  return {
    recordsPerCpuSecond: consumed.records / cpu,
    cpuSecondsPerGigabyte: cpu / (consumed.bytes / 1e9),
    cpuSecondsProducerAlone: alone,
    cpuSecondsTogether: together,
  };
}
