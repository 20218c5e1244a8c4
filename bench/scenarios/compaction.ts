import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { load } from '../load.ts';
import { syncFileSystem } from '../page-cache.ts';
import { cpuSeconds } from '../process-stats.ts';
import type { Figures, RunOptions, Scenario } from '../scenario.ts';
import type { Server } from '../server.ts';
import { sideBySide } from '../side-by-side.ts';

interface Amounts {
  readonly records: number;
  readonly keys: number;
  readonly size: number;
  readonly codec: string;
  /** Of the producers beside it. */
  readonly seconds: number;
  readonly rate: number;
}

/** Both write it once a log has been compacted; in `logs` or `data` of the data directory. */
const CHECKPOINT = 'cleaner-offset-checkpoint';
const DONE_MS_MAX = 300_000;
/** What a compaction replaced goes when it is over, and before the next measurement begins. */
const DELETE_DELAY_MS = 8_000;
const DELETED_SUFFIX = '.deleted';
const REST_MS = 1_000;
const SETTINGS = { 'log.cleaner.backoff.ms': '500', 'log.cleaner.threads': '1' };

export const compaction: Scenario = compacting('compaction', 'none', 100);
export const compactionLarge: Scenario = compacting('compaction-1k', 'none', 1000);
export const compactionLz4: Scenario = compacting('compaction-lz4', 'lz4', 1000);

export const compactionBeside: Scenario = {
  name: 'compaction-beside',
  title: 'producers beside a compaction, 100 B values of 200,000 keys',
  method:
    'A topic is filled as for `compaction`, with half as much. Then, each time after the file system was synced, nothing waited to be deleted ' +
    'and a second had passed: 1,000 single-record requests a second, acks=all as each broker has it, alone; the same while ' +
    'the topic is compacted; the same alone once more. Their p99 during it by the mean of the two alone.',
  figures: [
    { name: 'p99Ratio', unit: "producers' p99 during it, times their own alone", isMoreBetter: false, target: '≤ 1.5' },
    { name: 'p99DuringMs', unit: 'ms, p99 during it', isMoreBetter: false },
    { name: 'p99AloneMs', unit: 'ms, p99 alone', isMoreBetter: false },
    { name: 'p50DuringMs', unit: 'ms, p50 during it', isMoreBetter: false },
    { name: 'p50AloneMs', unit: 'ms, p50 alone', isMoreBetter: false },
  ],
  run: (options) => {
    // Half as much: it takes longer than the producers are looked at, all the same.
    const whole = amountsOf(options, 'none', 100);
    const amounts = { ...whole, records: whole.records / 2 };
    return sideBySide(options, {
      settings: SETTINGS,
      prepare: (server) => warmUp(server, 'beside-warm', amounts),
      measure: (server, run) => compactBeside(server, `beside-${run}`, amounts),
    });
  },
};

function compacting(name: string, codec: string, size: number): Scenario {
  return {
    name,
    title: `compact a partition, ${size} B values of 200,000 keys${codec === 'none' ? '' : `, ${codec}`}`,
    method:
      `A topic of one partition is filled with ${codec === 'none' ? 'uncompressed' : codec} batches of 64 kB while its ` +
      'policy is `delete`, in segments of 16 MB; then the policy becomes `compact`, and the broker has nothing else to ' +
      'do: the log on disk by the processor time until its cleaned offset is written. One cleaner thread.',
    figures: [
      { name: 'megabytesPerCpuSecond', unit: 'MB per CPU-s', isMoreBetter: true, target: "≥ 1/2 of Kafka's" },
      { name: 'megabytesPerSecond', unit: 'MB/s', isMoreBetter: true },
    ],
    run: (options) => {
      const amounts = amountsOf(options, codec, size);
      return sideBySide(options, {
        settings: SETTINGS,
        prepare: (server) => warmUp(server, `${name}-warm`, amounts),
        measure: (server, run) => compactOnce(server, `${name}-${run}`, amounts),
      });
    },
  };
}

function amountsOf({ isQuick }: RunOptions, codec: string, size: number): Amounts {
  const records = Math.round((isQuick ? 100e6 : 1e9) / (size + 25));
  return { records, keys: 200_000, size, codec, seconds: isQuick ? 1 : 4, rate: 1_000 };
}

async function warmUp(server: Server, topic: string, amounts: Amounts): Promise<void> {
  await load('topic', server, 'live');
  await single(server, amounts);
  await compactOnce(server, topic, { ...amounts, records: Math.round(amounts.records / 4) });
}

async function compactOnce(server: Server, topic: string, amounts: Amounts): Promise<Figures> {
  const sizeBytes = await fill(server, topic, amounts);
  const cpuBefore = cpuSeconds(server.pid);
  const startedMs = performance.now();
  await begin(server, topic);
  await untilCompacted(server, topic);
  const seconds = (performance.now() - startedMs) / 1000;
  const cpu = cpuSeconds(server.pid) - cpuBefore;
  await remove(server, topic);
  return { megabytesPerCpuSecond: sizeBytes / 1e6 / cpu, megabytesPerSecond: sizeBytes / 1e6 / seconds };
}

async function compactBeside(server: Server, topic: string, amounts: Amounts): Promise<Figures> {
  await fill(server, topic, amounts);
  await untilQuiet(server);
  const before = await single(server, amounts);
  await untilQuiet(server);
  await begin(server, topic);
  const during = await single(server, amounts);
  const wasOver = cleanedOffsetOf(server, topic) > 0;
  await untilCompacted(server, topic);
  await remove(server, topic);
  await untilQuiet(server);
  const after = await single(server, amounts);
  const p99AloneMs = (before.p99Ms + after.p99Ms) / 2;
  return {
    p99Ratio: during.p99Ms / p99AloneMs,
    p99DuringMs: during.p99Ms,
    p99AloneMs,
    p99BeforeMs: before.p99Ms,
    p99AfterMs: after.p99Ms,
    p50DuringMs: during.p50Ms,
    p50AloneMs: (before.p50Ms + after.p50Ms) / 2,
    // 1: the producers went on when it was done, and part of them saw nothing of it.
    compactionWasOver: wasOver ? 1 : 0,
  };
}

/** A disk that still takes what was written before, or frees what was deleted, is slower for whoever is measured next. */
async function untilQuiet(server: Server): Promise<void> {
  const directory = logDirectory(server);
  const waits = () => readdirSync(directory, { recursive: true }).some((name) => String(name).endsWith(DELETED_SUFFIX));
  while (waits()) await sleep(200);
  syncFileSystem(directory);
  await sleep(REST_MS);
}

/** Returns the size of its sealed segments: what will be compacted. */
async function fill(server: Server, topic: string, { records, keys, size, codec }: Amounts): Promise<number> {
  const configs = `cleanup.policy=delete,segment.bytes=16777216,retention.ms=-1,file.delete.delay.ms=${DELETE_DELAY_MS}`;
  await load('topic', server, topic, { partitions: 1, configs });
  await load('keyed', server, topic, { partitions: 1, records, keys, size, codec });
  const directory = join(logDirectory(server), `${topic}-0`);
  const logs = readdirSync(directory).filter((name) => name.endsWith('.log'));
  return logs
    .sort()
    .slice(0, -1)
    .reduce((total, name) => total + statSync(join(directory, name)).size, 0);
}

function begin(server: Server, topic: string): Promise<unknown> {
  return load('configure', server, topic, { configs: 'cleanup.policy=compact,min.cleanable.dirty.ratio=0.01' });
}

/** So that the next run finds nothing of it to do. */
function remove(server: Server, topic: string): Promise<unknown> {
  return load('configure', server, topic, { configs: 'cleanup.policy=delete,retention.ms=1000,segment.ms=1000' });
}

async function untilCompacted(server: Server, topic: string): Promise<void> {
  for (const deadlineMs = performance.now() + DONE_MS_MAX; performance.now() < deadlineMs; await sleep(20)) {
    if (cleanedOffsetOf(server, topic) > 0) return;
  }
  throw new Error(`${server.name} did not compact ${topic}`);
}

function cleanedOffsetOf(server: Server, topic: string): number {
  const path = join(logDirectory(server), CHECKPOINT);
  const line = existsSync(path) ? readFileSync(path, 'latin1').match(new RegExp(`^${topic} 0 (\\d+)`, 'm')) : null;
  return Number(line?.[1] ?? 0);
}

function logDirectory({ name, dataDir }: Server): string {
  return join(dataDir, name === 'kafka' ? 'logs' : 'data');
}

function single(server: Server, { rate, seconds }: Amounts): Promise<{ p50Ms: number; p99Ms: number }> {
  return load('single', server, 'live', { rate, seconds });
}
