import { setTimeout as sleep } from 'node:timers/promises';
import { load } from '../load.ts';
import { oneByOne } from '../one-by-one.ts';
import { residentMegabytes } from '../process-stats.ts';
import type { Figures, Scenario } from '../scenario.ts';
import { type Server, type ServerName, startServer } from '../server.ts';

export const memory: Scenario = {
  name: 'memory',
  title: 'resident memory',
  method:
    'VmRSS five seconds after the start on an empty directory, then after 20 M records were produced and read back ' +
    'by two consumers and 50,000 single-record requests were answered (largest of the samples while it ran, and five seconds after).',
  figures: [
    { name: 'idleMegabytes', unit: 'MB idle', isMoreBetter: false, target: '≤ 90 MB' },
    { name: 'afterLoadMegabytes', unit: 'MB after the load', isMoreBetter: false, target: '≤ 250 MB' },
    { name: 'peakMegabytes', unit: 'MB at most during the load', isMoreBetter: false },
  ],
  run: (options) => {
    const records = options.isQuick ? 2_000_000 : 20_000_000;
    return oneByOne(options, (name, dataDir) => measure(name, dataDir, records));
  },
};

async function measure(name: ServerName, dataDir: string, records: number): Promise<Figures> {
  const server = await startServer(name, dataDir);
  try {
    await sleep(5000);
    const idleMegabytes = residentMegabytes(server.pid);
    let peakMegabytes = 0;
    const sampler = setInterval(() => {
      peakMegabytes = Math.max(peakMegabytes, residentMegabytes(server.pid));
    }, 100);
    await putLoad(server, records).finally(() => clearInterval(sampler));
    await sleep(5000);
    return { idleMegabytes, afterLoadMegabytes: residentMegabytes(server.pid), peakMegabytes };
  } finally {
    await server.kill();
  }
}

async function putLoad(server: Server, records: number): Promise<void> {
  await load('topic', server, 'bench');
  await load('produce', server, 'bench', { records });
  await load('consume', server, 'bench', { records, consumers: 2 });
  await load('single', server, 'bench', { rate: 5000, seconds: records >= 10_000_000 ? 10 : 1 });
}
