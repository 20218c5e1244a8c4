import assert from 'node:assert/strict';
import type { Disk } from '@sluice/kernel/disk';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock, type SimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { CODECS } from '@sluice/protocol/compression/codec';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { DEFAULT_LOG_CONFIG } from '../default-log-config.ts';
import type { LogDirectory } from '../log-directory.ts';
import { openLogDirectory } from '../log-manager.ts';
import type { ManagedLog } from '../managed-log.ts';
import type { LogConfig } from '../partition-log.ts';
import { createTailCache } from '../tail-cache.ts';
import { appendOptions, durable, keyedRecordsOf, readBytesFrom } from './test-log.ts';

export const COMPACTED: LogConfig = {
  ...DEFAULT_LOG_CONFIG,
  cleanupCompact: true,
  cleanupDelete: false,
  segmentSizeBytes: 900,
  indexIntervalBytes: 150,
  cleanableDirtyRatioMin: 0,
  deleteRetentionMs: 10_000,
  fileDeleteDelayMs: 1_000,
};

const TOPIC = 'accounts';
const TOPIC_ID = 'c3RhYmxlLXRvcGljLWlkMA';
const KEYS = 12;
const PRODUCERS = 3;

export interface Written {
  readonly key: string;
  readonly value: string | null;
  readonly isDurable: boolean;
}

/** A compacted topic of accounts, and all that was ever written to it. */
export interface CompactionWorkload {
  readonly clock: SimClock;
  /** By offset. */
  readonly history: Written[];
  /** Everything below was acknowledged as durable. */
  durableOffset: number;
  /** By producer: its last batch, to be sent again. */
  readonly lastBatches: Map<number, { readonly bytes: () => Buffer; readonly firstOffset: number }>;
}

/** `givesTurns`: a compaction lets others have their turn after each slice, as on the real clock. */
export function newWorkload(givesTurns = false): CompactionWorkload {
  const clock = createSimClock();
  if (givesTurns) Object.assign(clock, { soon: setImmediate });
  return { clock, history: [], durableOffset: 0, lastBatches: new Map() };
}

export function openAccounts(
  disk: Disk,
  { clock }: CompactionWorkload,
  keyMemorySizeBytes = 100_000,
): Promise<LogDirectory> {
  return openLogDirectory({
    disk,
    clock,
    random: createSimRandom(1),
    logger: silentLogger,
    path: '/data',
    clusterId: 'cluster',
    nodeId: 1,
    tailCache: createTailCache(0),
    durability: 'disk',
    configOf: () => COMPACTED,
    compactor: {
      isEnabled: true,
      backoffMs: 3_600_000,
      keyMemorySizeBytes,
      bytesPerSecondMax: Number.POSITIVE_INFINITY,
    },
  });
}

export async function accountsLog(directory: LogDirectory): Promise<ManagedLog> {
  const log = directory.get(TOPIC, 0)?.log ?? (await directory.create(TOPIC, 0, TOPIC_ID, COMPACTED));
  log.reconfigure(COMPACTED);
  return log;
}

/** Writes, compacts, waits and restarts by the seed, until the steps or the disk's power end. */
export async function runAccounts(disk: Disk, seed: number, steps: number, load: CompactionWorkload): Promise<void> {
  const random = createSimRandom(seed);
  const keyMemorySizeBytes = random.chance(0.3) ? 24 * 8 : 100_000;
  let directory = await openAccounts(disk, load, keyMemorySizeBytes);
  let log = await accountsLog(directory);
  const sequences = Array.from({ length: PRODUCERS }, () => 0);

  for (let step = 0; step < steps; step++) {
    const draw = random.below(100);
    if (draw < 72) send();
    else if (draw < 80) await settle();
    else if (draw < 90) {
      await settle();
      await directory.checkpoint();
      await directory.compact();
    } else if (draw < 94) await load.clock.advance(random.below(15_000));
    else if (draw < 97) {
      await directory.close();
      directory = await openAccounts(disk, load, keyMemorySizeBytes);
      log = await accountsLog(directory);
    } else load.clock.jump(1);
  }
  await settle();
  await directory.checkpoint();
  await directory.compact();
  await directory.close();

  function send(): void {
    const producer = random.below(PRODUCERS + 1);
    const written = Array.from({ length: 1 + random.below(4) }, (_, index): Written => {
      const number = load.history.length + index;
      const isTombstone = random.chance(0.2);
      const value = isTombstone ? null : `${number}-${'x'.repeat(random.below(60))}`;
      return { key: `account-${random.below(KEYS)}`, value, isDurable: true };
    });
    const baseSequence = sequences[producer];
    const codec = CODECS[random.below(CODECS.length)] ?? 'none';
    const nowMs = load.clock.now();
    const bytes = () =>
      buildBatch(
        written.map(({ key, value }) => ({ key, value, timestampMs: nowMs })),
        baseSequence === undefined ? { codec } : { codec, producerId: 500 + producer, producerEpoch: 0, baseSequence },
      );
    const result = log.append(bytes(), appendOptions({ durable: true, nowMs }));
    if (result.kind !== 'appended') return;
    assert.equal(result.firstOffset, load.history.length, 'offsets follow each other');
    load.history.push(...written);
    if (baseSequence === undefined) return;
    sequences[producer] = baseSequence + written.length;
    load.lastBatches.set(producer, { bytes, firstOffset: result.firstOffset });
  }

  async function settle(): Promise<void> {
    const end = log.logEndOffset;
    await durable(log, end);
    load.durableOffset = Math.max(load.durableOffset, end);
  }
}

/** I15: what a reader from the start is left with, compared with all that was written. */
export async function checkAccounts(log: ManagedLog, load: CompactionWorkload): Promise<void> {
  const { history } = load;
  const records = keyedRecordsOf(await readBytesFrom(log, 0));
  const end = log.logEndOffset;
  assert(end >= load.durableOffset, 'I1: what was durable is there');
  let previous = -1;
  const seen = new Map<string, string | null>();
  for (const { offset, key, value } of records) {
    assert(offset > previous, 'I15: order is kept');
    previous = offset;
    const written = history[offset];
    assert.deepEqual({ key, value }, { key: written?.key, value: written?.value }, `I2, I15: offset ${offset}`);
    seen.set(key, value);
  }
  const expected = new Map<string, string | null>();
  for (const { key, value } of history.slice(0, end)) expected.set(key, value);
  for (const [key, value] of expected) {
    // A tombstone may be gone, and so may its key; never the other way round.
    if (value === null) assert.equal(seen.get(key) ?? null, null, `I15: ${key} was deleted and stays so`);
    else assert.equal(seen.get(key), value, `I15: the last value of ${key}`);
  }
}

/** A retry of what every producer sent last is known for one. */
export function checkRetries(log: ManagedLog, load: CompactionWorkload): void {
  for (const [producer, { bytes, firstOffset }] of load.lastBatches) {
    if (firstOffset >= log.logEndOffset) continue;
    const result = log.append(bytes(), appendOptions({ durable: true, nowMs: load.clock.now() }));
    assert.equal(result.kind, 'duplicate', `I4: producer ${producer}'s retry: ${JSON.stringify(result)}`);
  }
}
