/*
 * What an append costs: CPU-seconds of the process (with its thread pool) per GB, through validation, CRC, the tail
 * cache and `writev`. Four partitions with five batches in flight each, as a producer's defaults have it.
 *
 *   node packages/log/bench/append.ts [--directory DIR] [--gb N]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { silentLogger } from '@sluice/kernel/logger';
import { realClock } from '@sluice/kernel/real/clock';
import { realDisk } from '@sluice/kernel/real/disk';
import { realRandom } from '@sluice/kernel/real/random';
import { setBaseOffset } from '@sluice/protocol/records/batch-header';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { DEFAULT_LOG_CONFIG } from '../src/default-log-config.ts';
import { openLogDirectory } from '../src/log-manager.ts';
import type { PartitionLog } from '../src/partition-log.ts';
import { createTailCache } from '../src/tail-cache.ts';

const PARTITIONS = 4;
const IN_FLIGHT = 5;
const RECORD_SIZE_BYTES = 100;
const CACHE_SIZE_BYTES = 64 * 1024 * 1024;
const GB = 1e9;

const { values } = parseArgs({ options: { directory: { type: 'string' }, gb: { type: 'string', default: '2' } } });
const totalBytes = Number(values.gb) * GB;

for (const batchSizeBytes of [1024*1024,1024*1024,1024*1024,64*1024,64*1024]) {
  await measureFloor(batchSizeBytes);
  for (const isDurable of [false, true]) await measure(batchSizeBytes, isDurable);
}
await measureSyncs();

async function measure(batchSizeBytes: number, isDurable: boolean): Promise<void> {
  await withLogs(async (logs) => {
    const batches = batchPool(batchSizeBytes);
    let sent = 0;
    const cpuBefore = process.cpuUsage();
    const startMs = performance.now();
    const sendNext = (log: PartitionLog, done: () => void) => {
      if (sent >= totalBytes) return done();
      const batch = batches();
      sent += batch.length;
      const how = { leaderEpoch: 0, nowMs: realClock.now(), durable: isDurable, origin: 'client' } as const;
      const result = log.append(batch, how);
      if (result.kind !== 'appended') throw new Error(JSON.stringify(result));
      const next = (failure: string | undefined) => {
        if (failure !== undefined) throw new Error(failure);
        sendNext(log, done);
      };
      if (isDurable) log.onDurable(result.lastOffset + 1, next);
      else log.onWritten(result.lastOffset + 1, next);
    };
    await Promise.all(
      logs.flatMap((log) => Array.from({ length: IN_FLIGHT }, () => new Promise<void>((done) => sendNext(log, done)))),
    );
    report(batchSizeBytes, isDurable ? 'synced ' : 'written', sent, startMs, cpuBefore);
  });
}

/** The same bytes straight into as many files, a batch a write: what the machine asks for today. */
async function measureFloor(batchSizeBytes: number): Promise<void> {
  const path = mkdtempSync(join(values.directory ?? tmpdir(), 'sluice-bench-'));
  const batches = batchPool(batchSizeBytes);
  let sent = 0;
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  await Promise.all(
    Array.from({ length: PARTITIONS }, async (_, index) => {
      const file = await realDisk.open(join(path, String(index)), 'write');
      for (let position = 0; sent < totalBytes; ) {
        const batch = batches();
        sent += batch.length;
        await file.writev([batch], position);
        position += batch.length;
      }
      await file.close();
    }),
  );
  report(batchSizeBytes, 'floor  ', sent, startMs, cpuBefore);
  rmSync(path, { recursive: true, force: true });
}

function report(batchSizeBytes: number, name: string, sent: number, startMs: number, cpuBefore: NodeJS.CpuUsage): void {
  const seconds = (performance.now() - startMs) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const gb = sent / GB;
  console.log(
    `batches of ${String(batchSizeBytes / 1024).padStart(4)} kB, ${name}: ` +
      `${((cpu.user + cpu.system) / 1e6 / gb).toFixed(3)} CPU-s per GB ` +
      `(user ${(cpu.user / 1e6 / gb).toFixed(3)}, system ${(cpu.system / 1e6 / gb).toFixed(3)}), ` +
      `${((gb * 1000) / seconds).toFixed(0)} MB/s`,
  );
}

/** How long one small append waits for its sync when nothing else is going on, and how many a second. */
async function measureSyncs(): Promise<void> {
  const count = 2000;
  await withLogs(async ([log]) => {
    if (log === undefined) return;
    const batches = batchPool(200);
    const delaysMs: number[] = [];
    const cpuBefore = process.cpuUsage();
    for (let index = 0; index < count; index++) {
      const startMs = performance.now();
      const how = { leaderEpoch: 0, nowMs: realClock.now(), durable: true, origin: 'client' } as const;
      log.append(batches(), how);
      await new Promise((resolve) => log.onDurable(log.logEndOffset, resolve));
      delaysMs.push(performance.now() - startMs);
    }
    const cpu = process.cpuUsage(cpuBefore);
    delaysMs.sort((left, right) => left - right);
    const at = (share: number) => (delaysMs[Math.floor(delaysMs.length * share)] ?? 0).toFixed(2);
    console.log(
      `one durable append at a time: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, ` +
        `${((cpu.user + cpu.system) / count).toFixed(0)} µs of CPU each`,
    );
  });
}

async function withLogs(action: (logs: readonly PartitionLog[]) => Promise<void>): Promise<void> {
  const path = mkdtempSync(join(values.directory ?? tmpdir(), 'sluice-bench-'));
  try {
    const directory = await openLogDirectory({
      disk: realDisk,
      clock: realClock,
      random: realRandom,
      logger: silentLogger,
      path,
      clusterId: 'bench',
      nodeId: 1,
      tailCache: createTailCache(CACHE_SIZE_BYTES),
      durability: 'disk',
      configOf: () => DEFAULT_LOG_CONFIG,
    });
    const topicId = realRandom.uuid();
    const logs = await Promise.all(
      Array.from({ length: PARTITIONS }, (_, index) => directory.create('bench', index, topicId, DEFAULT_LOG_CONFIG)),
    );
    await action(logs);
    await directory.close();
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

/** Batches that are used again once the cache has let them go; only the header's base offset has to be put back. */
function batchPool(batchSizeBytes: number): () => Buffer {
  const recordCount = Math.max(1, Math.floor((batchSizeBytes - 100) / (RECORD_SIZE_BYTES + 12)));
  const value = Buffer.alloc(RECORD_SIZE_BYTES, 7);
  const template = buildBatch(Array.from({ length: recordCount }, () => ({ value, timestampMs: realClock.now() })));
  const count = Math.ceil((CACHE_SIZE_BYTES * 2) / template.length);
  const pool = Array.from({ length: Math.min(count, 8192) }, () => {
    const copy = Buffer.allocUnsafeSlow(template.length);
    template.copy(copy);
    return copy;
  });
  let next = 0;
  return () => {
    const batch = pool[next++ % pool.length] ?? template;
    setBaseOffset(batch, 0, 0);
    return batch;
  };
}
