import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gigabytes, needFreeSpace } from '../free-space.ts';
import { load } from '../load.ts';
import { oneByOne } from '../one-by-one.ts';
import { syncFileSystem } from '../page-cache.ts';
import { cpuSeconds } from '../process-stats.ts';
import type { Figures, Scenario } from '../scenario.ts';
import { type ServerName, startServer } from '../server.ts';

const RECORD_SIZE_BYTES = 1000;
const WRITE_SIZE_BYTES = 1 << 20;
const GIGABYTES = gigabytes(8);
const QUICK_GIGABYTES = 1;

export const sustainedProduce: Scenario = {
  name: 'sustained-produce',
  title: `sustained produce, ${GIGABYTES} GB, 1 kB records, acks=1, 4 partitions`,
  method:
    'Right before each run as many bytes are written to one file in the same file system, 1 MiB at a time, and synced: the ' +
    "disk's bandwidth. Then batches of 1 MB, two in flight for each partition; the time that a sync of the file system takes " +
    `afterwards counts. Everything is removed after each run. BENCH_GIGABYTES sets the size; a quick run has ${QUICK_GIGABYTES} GB.`,
  figures: [
    { name: 'shareOfDisk', unit: "share of the disk's bandwidth", isMoreBetter: true, target: '≥ 0.8, ≥ 1x' },
    { name: 'megabytesPerSecond', unit: 'MB/s, synced', isMoreBetter: true, target: '≥ 1x' },
    { name: 'acceptedMegabytesPerSecond', unit: 'MB/s, accepted', isMoreBetter: true },
    { name: 'cpuSecondsPerGigabyte', unit: 'CPU-s per GB', isMoreBetter: false },
    { name: 'diskMegabytesPerSecond', unit: 'MB/s, plain writer', isMoreBetter: true },
  ],
  run: (options) => {
    const bytes = (options.isQuick ? QUICK_GIGABYTES : GIGABYTES) * 1e9;
    needFreeSpace(bytes);
    return oneByOne(options, (name, dataDir) => measure(name, dataDir, bytes));
  },
};

async function measure(name: ServerName, dataDir: string, bytes: number): Promise<Figures> {
  const diskMegabytesPerSecond = await writePlainly(dataDir, bytes);
  const server = await startServer(name, dataDir);
  try {
    await load('topic', server, 'bench');
    // Both have run their hot path before they are measured.
    await load('produce', server, 'bench', { records: bytes / RECORD_SIZE_BYTES / 40, size: RECORD_SIZE_BYTES });
    syncFileSystem(dataDir);
    const cpuBefore = cpuSeconds(server.pid);
    const produced = await load<{ bytes: number; seconds: number }>('produce', server, 'bench', {
      records: bytes / RECORD_SIZE_BYTES,
      size: RECORD_SIZE_BYTES,
    });
    const megabytes = produced.bytes / 1e6;
    const seconds = produced.seconds + syncFileSystem(dataDir);
    return {
      shareOfDisk: megabytes / seconds / diskMegabytesPerSecond,
      megabytesPerSecond: megabytes / seconds,
      acceptedMegabytesPerSecond: megabytes / produced.seconds,
      cpuSecondsPerGigabyte: (cpuSeconds(server.pid) - cpuBefore) / (produced.bytes / 1e9),
      diskMegabytesPerSecond,
    };
  } finally {
    await server.kill();
  }
}

async function writePlainly(dataDir: string, bytes: number): Promise<number> {
  const path = join(dataDir, 'plain');
  const file = await open(path, 'w');
  const buffer = Buffer.alloc(WRITE_SIZE_BYTES, 'x');
  syncFileSystem(dataDir);
  const startedAt = performance.now();
  for (let written = 0; written < bytes; written += buffer.length) await file.write(buffer);
  await file.datasync();
  const seconds = (performance.now() - startedAt) / 1000;
  await file.close();
  await rm(path);
  return bytes / 1e6 / seconds;
}
