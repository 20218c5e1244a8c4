import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bytesOf, digest } from '../bytes.ts';
import type { Digest, RecordSpec, Seen } from '../contract.ts';
import { createTopics } from '../create-topics.ts';
import type { Server, Settings } from '../server.ts';
import type { Actor, Stage } from '../stage.ts';

/** Looks for work again and again. */
export const eager: Settings = {
  'log.cleaner.backoff.ms': '200',
  'offsets.topic.num.partitions': '1',
  'group.initial.rebalance.delay.ms': '0',
};

const CHECKPOINT = 'cleaner-offset-checkpoint';
const ROUNDS = 12;
const BATCHES_PER_ROUND = 10;
const RECORDS_PER_BATCH = 12;
const KEYS = 60;
/** So many records at the end of the log are in its active segment, where all of them stay. */
const TAIL_RECORDS = 40;
const READ_AT_ONCE = 30;
const DELETE_RETENTION_MS = 1_500;
const COMPACTED_MS_MAX = 60_000;
const COMMITTED_RECORDS = 1_000;
/** As short as ticks of the clock and of the log's checkpoints let a segment be. */
const CONFIGS = {
  'cleanup.policy': 'compact',
  'segment.ms': '150',
  'min.cleanable.dirty.ratio': '0.01',
  'delete.retention.ms': String(DELETE_RETENTION_MS),
};

interface Written {
  readonly key: Digest;
  readonly value: Digest;
}

/** Java's client writes keys and tombstones while all clients read; what is left is what a map would have. */
export async function compaction(stage: Stage): Promise<void> {
  const writer = stage.actors.find(({ name }) => name === 'kafka-clients') ?? stage.actors[0];
  if (writer === undefined) return;
  const readers = stage.actors.filter(({ hello }) => !hello.can.includes('groups-only'));
  const topic = 'compacted';
  await createTopics(stage.server.bootstrap, [{ name: topic, configs: CONFIGS }]);
  const written: Written[] = [];

  let isWriting = true;
  const reading = readers.map((reader) => readOn(reader, topic, written, () => isWriting));
  await stage.test(writer, `writes ${ROUNDS} rounds of keys and tombstones`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await write(writer, topic, roundOf(round), written);
      await sleep(200);
    }
    // A round later, when what was deleted has been so for long enough.
    await untilCompacted(stage.server, topic, 1);
    await sleep(DELETE_RETENTION_MS);
    await write(writer, topic, roundOf(ROUNDS), written);
    await sleep(200);
    await write(writer, topic, tailOf(), written);
    return `${written.length} records`;
  });
  isWriting = false;
  const seenWhile = await Promise.all(reading);
  for (const [index, reader] of readers.entries()) {
    await stage.test(reader, 'reads through the log while it is compacted', async () => {
      const { fault, reads } = seenWhile[index] ?? { fault: 'it never read', reads: 0 };
      if (fault !== undefined) throw new Error(fault);
      return `${reads} times`;
    });
  }
  await stage.test(writer, 'is compacted up to its last segment', async () => {
    const cleaned = await untilCompacted(stage.server, topic, written.length - TAIL_RECORDS - RECORDS_PER_BATCH);
    return `${cleaned} of ${written.length} offsets`;
  });
  for (const reader of readers) {
    await stage.test(reader, 'finds the last value of every key, and none twice', async () => {
      const records = await readAll(reader, topic, written.length);
      checkAgainstMap(records, written, cleanedOffsetOf(stage.server, topic));
      return `${records.length} of ${written.length} records`;
    });
  }
  await commits(stage, writer);
}

function roundOf(round: number): RecordSpec[][] {
  const timestamp = Date.now();
  return Array.from({ length: BATCHES_PER_ROUND }, (_, batch) =>
    Array.from({ length: RECORDS_PER_BATCH }, (_, index) => {
      const serial = (round * BATCHES_PER_ROUND + batch) * RECORDS_PER_BATCH + index;
      const key = (serial * 7919) % KEYS;
      // Some keys are deleted in every other round, and one of six for good.
      const isDeleted = key % 6 === 0 ? round > 2 : (key + round) % 11 === 0;
      const value = isDeleted ? null : { size: 20 + (serial % 300), seed: serial };
      return { key: `key-${key}`, value, headers: [], timestamp };
    }),
  );
}

function tailOf(): RecordSpec[][] {
  const timestamp = Date.now();
  return [
    Array.from({ length: TAIL_RECORDS }, (_, index) => ({
      key: `tail-${index}`,
      value: 'end',
      headers: [],
      timestamp,
    })),
  ];
}

async function write(writer: Actor, topic: string, batches: RecordSpec[][], written: Written[]): Promise<void> {
  // Noted before: readers may see a record before its writer is told.
  for (const { key, value } of batches.flat()) {
    written.push({ key: digest(bytesOf(key)), value: digest(bytesOf(value)) });
  }
  await writer.ask('write', { topic, partition: 0, codec: 'lz4', batches });
}

/** Reads pieces of the log from anywhere, for as long as it is written to. */
async function readOn(
  reader: Actor,
  topic: string,
  written: readonly Written[],
  isWriting: () => boolean,
): Promise<{ fault?: string; reads: number }> {
  let reads = 0;
  try {
    for (; isWriting(); reads++) {
      // What is there for certain behind it: more than is asked for.
      const end = written.length - 2 * BATCHES_PER_ROUND * RECORDS_PER_BATCH;
      if (end <= 0) {
        await sleep(100);
        continue;
      }
      const offset = (reads * 37) % end;
      const { records } = await reader.askBeside('read', {
        topic,
        partition: 0,
        from: { offset },
        count: READ_AT_ONCE,
      });
      checkOrder(records, offset, written);
    }
    return { reads };
  } catch (cause) {
    return { fault: cause instanceof Error ? cause.message : String(cause), reads };
  }
}

/** I2 and I15: each record is the one that was written at its offset, and offsets rise. */
function checkOrder(records: readonly Seen[], from: number, written: readonly Written[]): void {
  let previous = from - 1;
  for (const { offset, key, value } of records) {
    if (offset <= previous) throw new Error(`offset ${offset} after ${previous}`);
    previous = offset;
    const want = written[offset];
    if (key !== want?.key || value !== want?.value) {
      throw new Error(`offset ${offset}: ${key} = ${value}, not ${want?.key} = ${want?.value}`);
    }
  }
}

async function readAll(reader: Actor, topic: string, end: number): Promise<Seen[]> {
  const all: Seen[] = [];
  for (let next = 0; next < end - TAIL_RECORDS; next = (all.at(-1)?.offset ?? 0) + 1) {
    const { records } = await reader.ask('read', { topic, partition: 0, from: { offset: next }, count: READ_AT_ONCE });
    all.push(...records);
  }
  return all;
}

function checkAgainstMap(records: readonly Seen[], written: readonly Written[], cleanedOffset: number): void {
  checkOrder(records, 0, written);
  const end = (records.at(-1)?.offset ?? -1) + 1;
  const expected = new Map(written.slice(0, end).map(({ key, value }) => [key, value]));
  const seen = new Map(records.map(({ key, value }) => [key, value]));
  for (const [key, value] of expected) {
    if (value !== null && seen.get(key) !== value) throw new Error(`${key} ends as ${seen.get(key)}, not ${value}`);
    if (value === null && (seen.get(key) ?? null) !== null)
      throw new Error(`${key} was deleted, and is ${seen.get(key)}`);
  }
  const below = records.filter(({ offset }) => offset < cleanedOffset).map(({ key }) => key);
  if (new Set(below).size !== below.length) throw new Error(`a key is there twice below offset ${cleanedOffset}`);
  const deleted = [...expected].filter(([, value]) => value === null).map(([key]) => key);
  if (deleted.length === 0) throw new Error('no key was deleted for good');
}

/** Members commit until the offsets themselves are compacted; a restart finds what was committed last. */
async function commits(stage: Stage, member: Actor): Promise<void> {
  if (!member.hello.can.includes('groups') || !member.hello.can.includes('tools')) return;
  await stage.test(member, '__consumer_offsets is compacted under commits, and keeps the last', async () => {
    const topic = 'committed';
    await createTopics(stage.server.bootstrap, [{ name: topic }]);
    await member.ask('flood', { topic, partitions: 1, count: COMMITTED_RECORDS, codec: 'none' });
    await member.ask('join', {
      member: 'committer',
      group: 'committers',
      topics: [topic],
      protocol: 'classic',
      commit: 'sync',
      settings: { 'max.poll.records': '3' },
    });
    await configure(stage.server, member, '__consumer_offsets', ['segment.ms=150', 'min.cleanable.dirty.ratio=0.01']);
    await untilCompacted(stage.server, '__consumer_offsets', 50);
    for (const deadlineMs = Date.now() + COMPACTED_MS_MAX; Date.now() < deadlineMs; await sleep(200)) {
      if ((await committedOf(member, topic)) === COMMITTED_RECORDS) break;
    }
    await member.ask('leave', { member: 'committer' });
    await stage.server.end('SIGKILL');
    await stage.server.startAgain();
    const after = await committedOf(member, topic);
    if (after !== COMMITTED_RECORDS) throw new Error(`${after} is committed after a restart, not ${COMMITTED_RECORDS}`);
    return `up to offset ${cleanedOffsetOf(stage.server, '__consumer_offsets')}`;
  });
}

/** By Kafka's own `kafka-configs`. */
async function configure(server: Server, java: Actor, topic: string, settings: readonly string[]): Promise<void> {
  const to = ['--bootstrap-server', server.bootstrap, '--entity-type', 'topics', '--entity-name', topic];
  const args = [...to, '--alter', '--add-config', settings.join(',')];
  const { code, output } = await java.ask('tool', { name: 'kafka.admin.ConfigCommand', args });
  if (code !== 0) throw new Error(`kafka-configs ended with ${code}: ${output}`);
}

async function committedOf(member: Actor, topic: string): Promise<number> {
  const { offsets } = await member.ask('committed', { group: 'committers', topic, partitions: 1 });
  return offsets[0] ?? -1;
}

async function untilCompacted(server: Server, topic: string, offset: number): Promise<number> {
  for (const deadlineMs = Date.now() + COMPACTED_MS_MAX; Date.now() < deadlineMs; await sleep(100)) {
    const cleaned = cleanedOffsetOf(server, topic);
    if (cleaned >= offset) return cleaned;
  }
  throw new Error(`${topic} is compacted up to ${cleanedOffsetOf(server, topic)}, not ${offset}`);
}

/** Kafka and Sluice write it after each compaction. */
function cleanedOffsetOf({ logDir }: Server, topic: string): number {
  const path = join(logDir, CHECKPOINT);
  const lines = existsSync(path) ? readFileSync(path, 'latin1') : '';
  return Number(new RegExp(`^${topic} 0 (\\d+)`, 'm').exec(lines)?.[1] ?? 0);
}
