import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { load } from '../load.ts';
import { cpuSeconds } from '../process-stats.ts';
import type { Figures, Scenario } from '../scenario.ts';
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

export const compaction: Scenario = compacting('compaction', 'none', 100);
export const compactionLarge: Scenario = compacting('compaction-1k', 'none', 1000);
export const compactionLz4: Scenario = compacting('compaction-lz4', 'lz4', 1000);

function compacting(name: string, codec: string, size: number): Scenario {
  return {
    name,
    title: `compact a partition, ${size} B values of 200,000 keys${codec === 'none' ? '' : `, ${codec}`}`,
    method:
      `A topic of one partition is filled with ${codec === 'none' ? 'uncompressed' : codec} batches of 64 kB while its ` +
      'policy is `delete`, in segments of 16 MB; then the policy becomes `compact`, and the broker has nothing else to ' +
      'do: the log on disk by the processor time until its cleaned offset is written. Then the same again beside 1,000 ' +
      'single-record requests a second, acks=all as each broker has it, whose p99 is compared with theirs of just ' +
      'before. One cleaner thread.',
    figures: [
      { name: 'megabytesPerCpuSecond', unit: 'MB per CPU-s', isMoreBetter: true, target: "≥ 1/2 of Kafka's" },
      { name: 'megabytesPerSecond', unit: 'MB/s', isMoreBetter: true },
      { name: 'p99Ratio', unit: "producers' p99 during it, by theirs before", isMoreBetter: false, target: '≤ 1.5' },
      { name: 'p99DuringMs', unit: 'ms, p99 during it', isMoreBetter: false },
      { name: 'p99AloneMs', unit: 'ms, p99 before it', isMoreBetter: false },
    ],
    run: (options) => {
      const amounts: Amounts = {
        records: Math.round((options.isQuick ? 100e6 : 1e9) / (size + 25)),
        keys: 200_000,
        size,
        codec,
        seconds: options.isQuick ? 1 : 4,
        rate: 1_000,
      };
      return sideBySide(options, {
        settings: { 'log.cleaner.backoff.ms': '500', 'log.cleaner.threads': '1' },
        prepare: async (server) => {
          await load('topic', server, 'live');
          await single(server, amounts);
          await compactOnce(server, `${name}-warm`, { ...amounts, records: Math.round(amounts.records / 4) });
        },
        measure: async (server, run) => ({
          ...(await compactOnce(server, `${name}-alone-${run}`, amounts)),
          ...(await compactBeside(server, `${name}-beside-${run}`, amounts)),
        }),
      });
    },
  };
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
  const alone = await single(server, amounts);
  await begin(server, topic);
  const during = await single(server, amounts);
  const wasOver = cleanedOffsetOf(server, topic) > 0;
  await untilCompacted(server, topic);
  await remove(server, topic);
  return {
    p99AloneMs: alone.p99Ms,
    p99DuringMs: during.p99Ms,
    p99Ratio: during.p99Ms / alone.p99Ms,
    // 1: the producers went on when it was done, and part of them saw nothing of it.
    compactionWasOver: wasOver ? 1 : 0,
  };
}

/** Returns the size of its sealed segments: what will be compacted. */
async function fill(server: Server, topic: string, { records, keys, size, codec }: Amounts): Promise<number> {
  const configs = 'cleanup.policy=delete,segment.bytes=16777216,retention.ms=-1';
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

function single(server: Server, { rate, seconds }: Amounts): Promise<{ p99Ms: number }> {
  return load('single', server, 'live', { rate, seconds });
}
