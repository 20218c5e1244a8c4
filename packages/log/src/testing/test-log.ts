import assert from 'node:assert/strict';
import type { Clock } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { isBatchError } from '@sluice/protocol/records/batch-error';
import { lastOffset } from '@sluice/protocol/records/batch-header';
import { type BatchOptions, buildBatch } from '@sluice/protocol/records/build-batch';
import { readRecords } from '@sluice/protocol/records/read-records';
import { walkBatches } from '@sluice/protocol/records/walk-batches';
import { DEFAULT_LOG_CONFIG } from '../default-log-config.ts';
import type { ManagedLog } from '../managed-log.ts';
import { NEW_LOG, type OpenLogOptions, openPartitionLog } from '../open-partition-log.ts';
import type { AppendOptions, LogConfig, ReadOptions } from '../partition-log.ts';
import { createTailCache } from '../tail-cache.ts';

export const DIRECTORY = '/data/orders-0';

/** Small enough that a few batches roll a segment and fill an index. */
export const SMALL_SEGMENTS: Partial<LogConfig> = { segmentSizeBytes: 1000, indexIntervalBytes: 100 };

export interface TestLogOptions extends Partial<Omit<OpenLogOptions, 'config'>> {
  readonly disk: Disk;
  readonly config?: Partial<LogConfig>;
  /** Default 0: every read goes to the disk. */
  readonly cacheSizeBytes?: number;
}

const sharedClock = createSimClock();

/** Opens a log in its own directory of a simulated disk. */
export async function openTestLog(options: TestLogOptions): Promise<ManagedLog> {
  const { config, cacheSizeBytes, ...rest } = options;
  await options.disk.makeDirectory(DIRECTORY);
  await options.disk.syncDirectory('/data');
  await options.disk.syncDirectory('/');
  return openPartitionLog({
    clock: sharedClock,
    directory: DIRECTORY,
    topic: 'orders',
    partition: 0,
    tailCache: createTailCache(cacheSizeBytes ?? 0),
    logger: silentLogger,
    recovery: NEW_LOG,
    durability: 'disk',
    ...rest,
    config: { ...DEFAULT_LOG_CONFIG, ...config },
  });
}

/** A batch of records with these values; keys are `k0`, `k1`, … */
export function batchOf(values: readonly string[], options: BatchOptions & { timestampMs?: number } = {}): Buffer {
  const timestampMs = options.timestampMs ?? sharedClock.now();
  return buildBatch(
    values.map((value, index) => ({ key: `k${index}`, value, timestampMs: timestampMs + index })),
    options,
  );
}

export function appendOptions(options: Partial<AppendOptions> = {}, clock: Clock = sharedClock): AppendOptions {
  return { leaderEpoch: 0, nowMs: clock.now(), durable: false, origin: 'client', ...options };
}

/** Appends, expecting success; returns the first offset. */
export function append(log: ManagedLog, records: Buffer, options: Partial<AppendOptions> = {}): Offset {
  const result = log.append(records, appendOptions(options));
  assert.equal(result.kind, 'appended', JSON.stringify(result));
  assert(result.kind === 'appended');
  return result.firstOffset;
}

export function durable(log: ManagedLog, offset: Offset = log.logEndOffset): Promise<void> {
  return new Promise((resolve, reject) => {
    log.onDurable(offset, (failure) => (failure === undefined ? resolve() : reject(new Error(failure))));
  });
}

export function written(log: ManagedLog, offset: Offset = log.logEndOffset): Promise<void> {
  return new Promise((resolve, reject) => {
    log.onWritten(offset, (failure) => (failure === undefined ? resolve() : reject(new Error(failure))));
  });
}

export const READ_ALL: ReadOptions = { maxBytes: 1024 * 1024, minOneBatch: true, upTo: 'high-watermark' };

/** One read's bytes. */
export async function readBytes(log: ManagedLog, offset: Offset, options: Partial<ReadOptions> = {}): Promise<Buffer> {
  const result = await log.read(offset, { ...READ_ALL, ...options });
  assert(result.kind === 'batches', JSON.stringify(result));
  assert.equal(
    result.sizeBytes,
    result.buffers.reduce((total, buffer) => total + buffer.length, 0),
  );
  return Buffer.concat(result.buffers);
}

export interface TestRecord {
  readonly offset: Offset;
  readonly value: string;
}

export function recordsOf(bytes: Buffer): TestRecord[] {
  const found: TestRecord[] = [];
  for (const batch of walkBatches(bytes)) {
    assert(batch.kind === 'batch', JSON.stringify(batch));
    const records = readRecords(bytes, batch.position);
    assert(!isBatchError(records));
    for (const record of records) found.push({ offset: record.offset, value: String(record.value) });
  }
  return found;
}

/** Every record from `offset` on, by as many reads as it takes. */
export async function readAll(
  log: ManagedLog,
  offset: Offset = log.logStartOffset,
  options: Partial<ReadOptions> = {},
): Promise<TestRecord[]> {
  const all: TestRecord[] = [];
  let next = offset;
  for (;;) {
    const records = recordsOf(await readBytes(log, next, options)).filter((record) => record.offset >= next);
    const last = records.at(-1);
    if (last === undefined) return all;
    all.push(...records);
    next = last.offset + 1;
  }
}

/** Everything from `offset` on, by as many reads as it takes; of compacted logs too, whose batches may be empty. */
export async function readBytesFrom(log: ManagedLog, offset: Offset): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let next = offset; ; ) {
    const bytes = Buffer.from(await readBytes(log, next));
    if (bytes.length === 0) return Buffer.concat(parts);
    parts.push(bytes);
    for (const batch of walkBatches(bytes)) {
      assert(batch.kind === 'batch', JSON.stringify(batch));
      next = lastOffset(bytes, batch.position) + 1;
    }
  }
}

export interface KeyedRecord {
  readonly offset: Offset;
  readonly key: string;
  readonly value: string | null;
}

export function keyedRecordsOf(bytes: Buffer): KeyedRecord[] {
  return [...walkBatches(bytes)].flatMap((batch) => {
    assert(batch.kind === 'batch', JSON.stringify(batch));
    const records = readRecords(bytes, batch.position);
    assert(!isBatchError(records));
    return records.map(({ offset, key, value }) => ({ offset, key: String(key), value: value?.toString() ?? null }));
  });
}
