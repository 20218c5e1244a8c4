import assert from 'node:assert/strict';
import type { Clock } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { DEFAULT_LOG_CONFIG } from '../default-log-config.ts';
import type { JournalCanary } from '../journal/directory-journal.ts';
import type { JournalSettings } from '../journal/settings.ts';
import type { LogDirectory } from '../log-directory.ts';
import { openLogDirectory } from '../log-manager.ts';
import type { ManagedLog } from '../managed-log.ts';
import type { LogConfig } from '../partition-log.ts';
import { createTailCache } from '../tail-cache.ts';
import { appendOptions, batchOf, readAll } from './test-log.ts';

const TOPIC = 'orders';
const PARTITIONS = 3;
/** Large enough that most commits go to a segment that is there already. */
const CONFIG: LogConfig = { ...DEFAULT_LOG_CONFIG, segmentSizeBytes: 6000, indexIntervalBytes: 200 };

/** Everything that is small goes through the journal, and its files are used again soon. */
export const FORCED_JOURNAL: JournalSettings = {
  fileCount: 2,
  fileSizeBytes: 4 * 1024,
  logCountMin: 1,
  logSizeBytesMax: 2048,
  dirtyLogCountMax: 16,
};

/** `cutting`: a truncation that may have taken it is under way. */
type Fate = 'sent' | 'acknowledged' | 'cutting' | 'cut';

interface SentBatch {
  readonly offset: Offset;
  readonly values: readonly string[];
  fate: Fate;
}

/** What the clients of one partition know. */
interface PartitionHistory {
  topicId: string;
  sent: SentBatch[];
  /** Values of topics that were deleted: `true` once that was answered. */
  readonly deleted: Map<string, boolean>;
  deletedBelow: Offset;
  deleteAskedBelow: Offset;
  /** Whether it is being removed or made. */
  isMoving: boolean;
}

export type JournalHistory = readonly PartitionHistory[];

export function newJournalHistory(): JournalHistory {
  return Array.from({ length: PARTITIONS }, (_, partition) => newPartition(topicIdOf(partition, 0)));
}

function newPartition(topicId: string, deleted = new Map<string, boolean>()): PartitionHistory {
  return { topicId, sent: [], deleted, deletedBelow: 0, deleteAskedBelow: 0, isMoving: false };
}

function topicIdOf(partition: number, generation: number): string {
  return Buffer.from(`topic ${String(partition).padStart(4, '0')} ${String(generation).padStart(5, '0')}`).toString(
    'base64url',
  );
}

export interface JournalWorkload {
  readonly disk: Disk;
  readonly seed: number;
  readonly steps: number;
  readonly journalCanary?: JournalCanary | undefined;
}

const clock: Clock = createSimClock();

export function openJournalDirectory({
  disk,
  seed,
  journalCanary,
}: Omit<JournalWorkload, 'steps'>): Promise<LogDirectory> {
  return openLogDirectory({
    disk,
    clock,
    random: createSimRandom(seed),
    logger: silentLogger,
    path: '/data',
    clusterId: 'cluster',
    nodeId: 1,
    tailCache: createTailCache(seed % 2 === 0 ? 0 : 2000),
    durability: 'disk',
    configOf: () => CONFIG,
    journal: FORCED_JOURNAL,
    ...(journalCanary === undefined ? {} : { journalCanary }),
  });
}

/** Appends durably to several partitions, cuts, deletes and restarts them until the steps or the disk's power end. */
export async function runJournalWorkload(workload: JournalWorkload, history: JournalHistory): Promise<void> {
  const random = createSimRandom(workload.seed);
  let directory = await openJournalDirectory(workload);
  let serial = 0;
  for (const [partition, { topicId }] of history.entries()) await directory.create(TOPIC, partition, topicId, CONFIG);

  for (let step = 0; step < workload.steps; step++) {
    const partition = random.below(PARTITIONS);
    const log = directory.get(TOPIC, partition)?.log;
    const known = history[partition];
    assert(log !== undefined && known !== undefined);
    const draw = random.below(100);
    if (draw < 50) for (let count = 1 + random.below(4); count > 0; count--) send(random.below(PARTITIONS));
    else if (draw < 85) await settled();
    else if (draw < 88) await truncate(log, known);
    else if (draw < 90) await deleteSome(log, known);
    else if (draw < 91) await log.checkpoint();
    else if (draw < 92) await replace(partition, known);
    else if (draw < 93) {
      await directory.close();
      directory = await openJournalDirectory(workload);
    } else for (let turn = random.below(12); turn > 0; turn--) await Promise.resolve();
  }
  await settled();
  await directory.close();

  function send(partition: number): void {
    const log = directory.get(TOPIC, partition)?.log;
    const known = history[partition];
    assert(log !== undefined && known !== undefined);
    const values = Array.from({ length: 1 + random.below(3) }, () => `${serial++}-${'x'.repeat(random.below(150))}`);
    const durable = random.chance(0.8);
    const result = log.append(batchOf(values), appendOptions({ durable }, clock));
    if (result.kind !== 'appended') return;
    const batch: SentBatch = { offset: result.firstOffset, values, fate: 'sent' };
    known.sent.push(batch);
    if (!durable) return;
    log.onDurable(result.lastOffset + 1, (failure) => {
      if (failure === undefined && batch.fate === 'sent') batch.fate = 'acknowledged';
    });
  }

  async function settled(): Promise<void> {
    await Promise.all([...directory.logs()].map(({ log }) => untilDurable(log)));
  }

  async function truncate(log: ManagedLog, known: PartitionHistory): Promise<void> {
    // As leaders' epochs have it: where a batch begins.
    const starts = known.sent.filter(({ offset, fate }) => fate !== 'cut' && offset >= log.logStartOffset);
    const offset = starts[random.below(starts.length + 1)]?.offset ?? log.logEndOffset;
    const cut = known.sent.filter((batch) => batch.offset + batch.values.length > offset);
    for (const batch of cut) batch.fate = 'cutting';
    await log.truncateTo(offset);
    for (const batch of cut) batch.fate = 'cut';
  }

  async function deleteSome(log: ManagedLog, known: PartitionHistory): Promise<void> {
    const range = log.highWatermark - log.logStartOffset;
    if (range < 1) return;
    const offset = log.logStartOffset + random.below(range + 1);
    known.deleteAskedBelow = Math.max(known.deleteAskedBelow, offset);
    await log.deleteRecordsBelow(offset);
    known.deletedBelow = Math.max(known.deletedBelow, offset);
  }

  /** Removes the topic and makes it again under its name. */
  async function replace(partition: number, known: PartitionHistory): Promise<void> {
    known.isMoving = true;
    const old = known.sent.flatMap(({ values }) => values);
    for (const value of old) known.deleted.set(value, false);
    known.sent = [];
    await directory.remove(TOPIC, partition);
    for (const value of old) known.deleted.set(value, true);
    Object.assign(known, newPartition(topicIdOf(partition, serial++), known.deleted));
    await directory.create(TOPIC, partition, known.topicId, CONFIG);
  }
}

function untilDurable(log: ManagedLog): Promise<void> {
  return new Promise((resolve, reject) => {
    log.onDurable(log.logEndOffset, (failure) => (failure === undefined ? resolve() : reject(new Error(failure))));
  });
}

/** Opens what the crash left and checks it against what the clients know. */
export async function checkJournalHistory(
  workload: Omit<JournalWorkload, 'steps'>,
  history: JournalHistory,
): Promise<void> {
  const directory = await openJournalDirectory(workload);
  assert.equal(directory.unopened.size, 0, JSON.stringify([...directory.unopened]));
  for (const [partition, known] of history.entries()) {
    const log = directory.get(TOPIC, partition)?.log;
    const acknowledged = known.sent.filter(({ fate }) => fate === 'acknowledged');
    if (log === undefined) assert.equal(acknowledged.length, 0, `I1: partition ${partition} is gone`);
    else await checkPartition(log, known, acknowledged);
  }
  await directory.close();
}

async function checkPartition(
  log: ManagedLog,
  known: PartitionHistory,
  acknowledged: readonly SentBatch[],
): Promise<void> {
  assert(log.logStartOffset >= known.deletedBelow || known.isMoving, 'an answered deletion stays');
  assert(log.logStartOffset <= known.deleteAskedBelow || known.isMoving, 'nothing is deleted that nobody asked for');
  const records = await readAll(log);
  records.forEach(({ offset }, index) => {
    assert.equal(offset, log.logStartOffset + index, 'I9: offsets are contiguous');
  });
  assert.equal(records.length, log.logEndOffset - log.logStartOffset);
  const byOffset = new Map(records.map((record) => [record.offset, record.value]));
  for (const { offset, values } of acknowledged) {
    for (const [index, value] of values.entries()) {
      if (offset + index < log.logStartOffset) continue;
      assert.equal(byOffset.get(offset + index), value, `I1: offset ${offset + index} was acknowledged`);
    }
  }
  const fates = new Map(known.sent.flatMap((batch) => batch.values.map((value) => [value, batch.fate] as const)));
  for (const { value } of records) {
    assert.notEqual(fates.get(value), 'cut', `what was cut is back: ${value.slice(0, 10)}`);
    assert(fates.has(value) || known.deleted.get(value) === false, `what was deleted is back: ${value.slice(0, 10)}`);
  }
  assert.equal(new Set(byOffset.values()).size, records.length, 'I4: each value once');
}
