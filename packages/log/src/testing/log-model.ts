import assert from 'node:assert/strict';
import type { Offset, TimestampMs } from '@sluice/kernel/ids';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { CODECS } from '@sluice/protocol/compression/codec';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { DEFAULT_LOG_CONFIG } from '../default-log-config.ts';
import type { ManagedLog } from '../managed-log.ts';
import type { RecoveryInfo } from '../open-partition-log.ts';
import { append, durable, openTestLog, readAll, readBytes, recordsOf, written } from './test-log.ts';

/** Timestamps of the model start here, so that a producer's clock is never ahead of the broker's. */
const BASE_TIMESTAMP_MS = 1_600_000_000_000;
/** Every batch of the model fits in one. */
const SEGMENT_SIZE_BYTES_MAX = 1200;

export type Command =
  | {
      readonly kind: 'append';
      readonly sizes: readonly number[];
      readonly timestamps: readonly number[];
      readonly codec: number;
    }
  | { readonly kind: 'read'; readonly at: number; readonly maxBytes: number }
  | { readonly kind: 'find-time'; readonly timestamp: number }
  | { readonly kind: 'find-max-time' }
  | { readonly kind: 'delete-below'; readonly at: number }
  | { readonly kind: 'retain'; readonly sizeBytes: number; readonly timestamp: number }
  | { readonly kind: 'truncate'; readonly at: number }
  | { readonly kind: 'new-epoch' }
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'kill' };

interface ModelRecord {
  readonly offset: Offset;
  readonly value: string;
  readonly timestampMs: TimestampMs;
  /** First and last offset of its batch. */
  readonly batch: readonly [Offset, Offset];
  readonly epoch: number;
}

/** Runs the commands against a log and a list, comparing every answer. */
export async function runAgainstModel(commands: readonly Command[], cacheSizeBytes: number): Promise<void> {
  const disk = createSimDisk({ crashModel: false });
  const config = { segmentSizeBytes: SEGMENT_SIZE_BYTES_MAX, indexIntervalBytes: 150, retentionMs: -1 };
  const clock = createSimClock();
  let records: ModelRecord[] = [];
  let logStart = 0;
  let nextOffset = 0;
  let epoch = 0;
  let serial = 0;
  const persisted = { logStartOffset: 0, recoveryPoint: 0 };
  const hooks = {
    async persistLogStartOffset(offset: Offset) {
      persisted.logStartOffset = offset;
    },
    async persistRecoveryPoint(offset: Offset) {
      persisted.recoveryPoint = offset;
    },
  };
  const open = (recovery: RecoveryInfo) => openTestLog({ disk, clock, config, cacheSizeBytes, hooks, recovery });
  let log = await open({ cleanShutdown: false, ...persisted });

  for (const command of commands) {
    await run(command);
    assert.equal(log.failure, undefined);
    assert.equal(log.logEndOffset, nextOffset, `log end after ${command.kind}`);
    assert.equal(log.logStartOffset, logStart, `log start after ${command.kind}`);
  }
  await written(log);
  assert.deepEqual(
    await readAll(log),
    visible().map(({ offset, value }) => ({ offset, value })),
  );
  await log.close();

  function visible(): ModelRecord[] {
    return records.filter((record) => record.offset >= logStart);
  }

  /** Some offset between the log's start and its end, both included. */
  function offsetAt(share: number): Offset {
    return logStart + Math.floor(share * (nextOffset - logStart + 1) * 0.999);
  }

  async function run(command: Command): Promise<void> {
    switch (command.kind) {
      case 'append':
        return appendBatch(command);
      case 'read':
        return checkRead(log, offsetAt(command.at), command.maxBytes);
      case 'find-time':
        return checkTime(log, BASE_TIMESTAMP_MS + command.timestamp);
      case 'find-max-time':
        return checkMaxTime(log);
      case 'delete-below':
        await durable(log);
        logStart = offsetAt(command.at);
        return log.deleteRecordsBelow(logStart);
      case 'retain':
        return retain(command);
      case 'truncate':
        await written(log);
        return truncate(offsetAt(command.at));
      case 'new-epoch':
        epoch++;
        return;
      case 'checkpoint':
        await log.checkpoint();
        persisted.recoveryPoint = log.recoveryPoint;
        return;
      case 'restart':
        await log.close();
        persisted.recoveryPoint = log.recoveryPoint;
        log = await open({ cleanShutdown: true, ...persisted });
        return;
      case 'kill':
        return kill();
    }
  }

  function appendBatch({ sizes, timestamps, codec }: Extract<Command, { kind: 'append' }>): void {
    const values = sizes.map((size) => `${serial++}-${'x'.repeat(size)}`);
    const stamps = values.map((_, index) => BASE_TIMESTAMP_MS + (timestamps[index % timestamps.length] ?? 0));
    const batch = buildBatch(
      values.map((value, index) => ({ key: 'k', value, timestampMs: stamps[index] ?? BASE_TIMESTAMP_MS })),
      { codec: CODECS[codec % CODECS.length] ?? 'none' },
    );
    const first = append(log, batch, { leaderEpoch: epoch });
    assert.equal(first, nextOffset);
    const last = first + values.length - 1;
    values.forEach((value, index) => {
      const timestampMs = stamps[index] ?? BASE_TIMESTAMP_MS;
      records.push({ offset: first + index, value, timestampMs, batch: [first, last], epoch });
    });
    nextOffset = last + 1;
  }

  async function checkRead(from: ManagedLog, offset: Offset, maxBytes: number): Promise<void> {
    await written(from);
    const bytes = await readBytes(from, offset, { maxBytes });
    const read = recordsOf(bytes);
    const expected = records.find((record) => record.offset >= offset);
    if (expected === undefined) {
      assert.equal(read.length, 0);
      return;
    }
    assert.equal(read[0]?.offset, expected.batch[0], 'a read starts with the batch that holds the offset');
    const end = (read.at(-1)?.offset ?? 0) + 1;
    const [start] = expected.batch;
    assert.deepEqual(
      read,
      records
        .filter((record) => record.offset >= start && record.offset < end)
        .map(({ offset: each, value }) => ({ offset: each, value })),
    );
    const firstBatch = read.filter((record) => record.offset <= expected.batch[1]);
    if (firstBatch.length < read.length) assert(bytes.length <= maxBytes, 'more than one batch only within the limit');
  }

  async function checkTime(from: ManagedLog, timestampMs: TimestampMs): Promise<void> {
    const expected = visible().find((record) => record.timestampMs >= timestampMs);
    assert.deepEqual(await from.offsetForTimestamp({ kind: 'time', timestampMs }), stamped(expected), 'I14: by time');
  }

  async function checkMaxTime(from: ManagedLog): Promise<void> {
    const largest = Math.max(...visible().map((record) => record.timestampMs));
    const expected = visible().find((record) => record.timestampMs === largest);
    assert.deepEqual(await from.offsetForTimestamp({ kind: 'max-timestamp' }), stamped(expected), 'I14: maximum');
  }

  /** By size, or by time; what went must have had a reason, and what stays must not have one. */
  async function retain({ sizeBytes, timestamp }: Extract<Command, { kind: 'retain' }>): Promise<void> {
    await written(log);
    const deletedUntilMs = BASE_TIMESTAMP_MS + timestamp;
    const retentionMs = clock.now() - deletedUntilMs - 1;
    const isBySize = sizeBytes % 2 === 0;
    const before = log.sizeBytes;
    const limits = isBySize ? { retentionSizeBytes: sizeBytes } : { retentionMs };
    log.reconfigure({ ...DEFAULT_LOG_CONFIG, ...config, ...limits });
    await log.applyRetention();
    assert(log.logStartOffset >= logStart, 'I16: the log start only rises');
    const deleted = visible().filter(({ offset }) => offset < log.logStartOffset);
    if (isBySize) {
      assert(deleted.length === 0 || log.sizeBytes >= sizeBytes, 'I16: no more is deleted than the limit asks');
      if (before >= sizeBytes + SEGMENT_SIZE_BYTES_MAX) assert(log.logStartOffset > logStart, 'what is too much goes');
    } else {
      assert(
        deleted.every(({ timestampMs }) => timestampMs <= deletedUntilMs),
        'I16: no young record is deleted',
      );
      const isAllOld = visible().every(({ timestampMs }) => timestampMs <= deletedUntilMs);
      if (isAllOld) assert.equal(log.logStartOffset, nextOffset, 'what is too old goes');
    }
    logStart = log.logStartOffset;
    log.reconfigure({ ...DEFAULT_LOG_CONFIG, ...config });
  }

  async function truncate(offset: Offset): Promise<void> {
    await log.truncateTo(offset);
    // A batch goes as a whole.
    records = records.filter((record) => record.batch[1] < offset);
    nextOffset = Math.min(nextOffset, offset);
  }

  async function kill(): Promise<void> {
    const durableOffset = log.durableOffset;
    await log.abandon();
    log = await open({ cleanShutdown: false, ...persisted });
    assert(log.logEndOffset >= durableOffset, 'I1: what was durable is there');
    assert(log.logEndOffset <= nextOffset);
    nextOffset = log.logEndOffset;
    records = records.filter((record) => record.offset < nextOffset);
  }
}

function stamped(record: ModelRecord | undefined) {
  if (record === undefined) return undefined;
  return { offset: record.offset, timestampMs: record.timestampMs, leaderEpoch: record.epoch };
}
