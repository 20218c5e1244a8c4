import { parseArgs } from 'node:util';
import { buildLoad, load } from './load.ts';
import { cpuSeconds, residentMegabytes } from './process-stats.ts';
import { cleanUpWhenInterrupted, type Server, type ServerName, startServer, withDataDir } from './server.ts';
import { round } from './side-by-side.ts';

const usage = `node bench/curve.ts [--only kafka|sluice] [--batch-bytes 16000] [--megabytes 200]
                    [--partitions 1,100,1000,10000] [--connections 1,100,2000]
    What a megabyte costs as work grows: produced with acks=1 in batches of one size, 64 requests in flight, to 1 to
    10,000 partitions over one connection, and to 64 partitions over 1 to 2,000 connections; or to those that are named.
`;
const IN_FLIGHT = 64;
/** Kafka creates no more by one request. */
const CREATED_MAX = 9_000;
const RECORD_SIZE_BYTES = 100;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    'batch-bytes': { type: 'string', default: '16000' },
    megabytes: { type: 'string', default: '200' },
    partitions: { type: 'string', default: '1,100,1000,10000' },
    connections: { type: 'string', default: '1,100,2000' },
    help: { type: 'boolean' },
  },
});
if (values.help === true) process.stderr.write(usage);
else await printCurve();

async function printCurve(): Promise<void> {
  cleanUpWhenInterrupted();
  buildLoad();
  const servers = (['kafka', 'sluice'] as const).filter((name): name is ServerName => (values.only ?? name) === name);
  console.log('| partitions | connections | server | CPU-ms per MB | MB/s | MB resident |');
  console.log('|---|---|---|---|---|---|');
  for (const name of servers) {
    for (const partitions of counts(values.partitions)) await printPoint(name, partitions, 1);
    for (const connections of counts(values.connections)) await printPoint(name, IN_FLIGHT, connections);
  }
}

function counts(list: string): number[] {
  return list.split(',').filter(Boolean).map(Number);
}

async function printPoint(name: ServerName, partitions: number, connections: number): Promise<void> {
  await withDataDir(async (dataDir) => {
    const server = await startServer(name, dataDir, {}, 300_000);
    try {
      const asked = Math.min(partitions, CREATED_MAX);
      await load('topic', server, 'bench', { partitions: asked });
      await produce(server, asked, connections, Number(values.megabytes) / 2);
      const before = cpuSeconds(server.pid);
      const { bytes, seconds } = await produce(server, asked, connections, Number(values.megabytes));
      const cpuMs = (cpuSeconds(server.pid) - before) * 1000;
      const cells = [cpuMs / (bytes / 1e6), bytes / 1e6 / seconds, residentMegabytes(server.pid)].map(round);
      console.log(`| ${asked} | ${connections} | ${name} | ${cells.join(' | ')} |`);
    } finally {
      await server.kill();
    }
  });
}

function produce(server: Server, partitions: number, connections: number, megabytes: number) {
  return load<{ bytes: number; seconds: number }>('produce', server, 'bench', {
    partitions,
    connections,
    senders: Math.max(IN_FLIGHT, connections),
    'batch-bytes': Number(values['batch-bytes']),
    size: RECORD_SIZE_BYTES,
    records: Math.floor((megabytes * 1e6) / RECORD_SIZE_BYTES),
  });
}
