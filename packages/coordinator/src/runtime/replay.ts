import type { Clock } from '@sluice/kernel/clock';
import type { Offset, ProducerId } from '@sluice/kernel/ids';
import { readEndTxnMarker } from '@sluice/log/end-txn-marker';
import type { PartitionLog, ReadOptions } from '@sluice/log/partition-log';
import { isBatchError } from '@sluice/protocol/records/batch-error';
import {
  baseOffset,
  baseTimestamp,
  isControlBatch,
  isTransactional,
  lastOffsetDelta,
  maxTimestamp,
  producerEpoch,
  producerId,
  recordCount,
  timestampType,
} from '@sluice/protocol/records/batch-header';
import { DEFAULT_READ_LIMITS, readPayload } from '@sluice/protocol/records/read-records';
import { newRecordCursor, readRecordAt, recordKey, recordValue } from '@sluice/protocol/records/record-cursor';
import { walkBatches } from '@sluice/protocol/records/walk-batches';
import type { ApplyContext, RecordSerde } from './coordinator-shard.ts';

/** One read of the log; a larger batch comes whole. */
export const REPLAY_READ_SIZE_BYTES = 256 * 1024;
/** How long records are applied before other work has its turn. */
export const REPLAY_SLICE_MS = 1;
/** The clock is looked at after so many records. */
const RECORDS_PER_LOOK = 32;

const READ: ReadOptions = { maxBytes: REPLAY_READ_SIZE_BYTES, minOneBatch: true, upTo: 'log-end' };

export type ReplayOutcome =
  | { readonly kind: 'done'; readonly recordCount: number }
  | { readonly kind: 'cancelled' }
  /** `isTransient`: the log could not be read, which may pass; otherwise its content is at fault, or a bug. */
  | { readonly kind: 'failed'; readonly reason: string; readonly isTransient: boolean };

export interface ReplayOptions<R> {
  readonly log: PartitionLog;
  readonly serde: RecordSerde<R>;
  readonly clock: Clock;
  apply(record: R, context: ApplyContext): void;
  endTransaction?(producerId: ProducerId, isCommitted: boolean): void;
  /** A record of a type that this version does not know was skipped. */
  onUnknownRecord(key: Buffer): void;
  isCancelled(): boolean;
}

/** Shows every record of the log to `apply`, from the log's start to what is its end now, in slices. */
export async function replay<R>(options: ReplayOptions<R>): Promise<ReplayOutcome> {
  const { log, serde, clock } = options;
  const soon = clock.soon ?? queueMicrotask;
  const endOffset = log.logEndOffset;
  let nextOffset: Offset = log.logStartOffset;
  let recordsSeen = 0;
  let sliceEndMs = clock.monotonicMs() + REPLAY_SLICE_MS;

  async function othersFirst(): Promise<void> {
    await new Promise<void>((resolve) => soon(resolve));
    sliceEndMs = clock.monotonicMs() + REPLAY_SLICE_MS;
  }

  async function replayBatch(buffer: Buffer, position: number): Promise<void> {
    const firstOffset = baseOffset(buffer, position);
    nextOffset = firstOffset + lastOffsetDelta(buffer, position) + 1;
    if (isControlBatch(buffer, position)) {
      const marker = readEndTxnMarker(buffer, position);
      if (marker !== undefined) options.endTransaction?.(marker.producerId, !marker.isAbort);
      return;
    }
    const producer = {
      producerId: producerId(buffer, position),
      producerEpoch: producerEpoch(buffer, position),
      isTransactional: isTransactional(buffer, position),
    };
    const payload = readPayload(buffer, position, DEFAULT_READ_LIMITS);
    if (isBatchError(payload)) throw new Error(payload.message);
    const baseTimestampMs = baseTimestamp(buffer, position);
    const appendTimeMs =
      timestampType(buffer, position) === 'LogAppendTime' ? maxTimestamp(buffer, position) : undefined;
    const count = recordCount(buffer, position);
    const cursor = newRecordCursor(payload);
    const from = { buffer: payload, at: 0, end: payload.length };
    for (let index = 0; index < count; index++) {
      const fault = readRecordAt(cursor, from);
      if (fault !== undefined) throw new Error(fault.message);
      const key = recordKey(cursor);
      if (key === null) throw new Error('a record without a key');
      const record = serde.decode(key, recordValue(cursor));
      if (record === undefined) {
        options.onUnknownRecord(key);
      } else {
        const timestampMs = appendTimeMs ?? baseTimestampMs + cursor.timestampDeltaMs;
        options.apply(record, { offset: firstOffset + cursor.offsetDelta, timestampMs, ...producer });
      }
      recordsSeen++;
      if (recordsSeen % RECORDS_PER_LOOK === 0 && clock.monotonicMs() >= sliceEndMs) {
        await othersFirst();
        if (options.isCancelled()) return;
      }
    }
  }

  await written(log, endOffset);
  while (nextOffset < endOffset) {
    if (options.isCancelled()) return { kind: 'cancelled' };
    const result = await log.read(nextOffset, READ);
    if (options.isCancelled()) return { kind: 'cancelled' };
    if (result.kind === 'failed') return { kind: 'failed', reason: result.reason, isTransient: true };
    if (result.kind === 'out-of-range') {
      // Records were deleted from the front meanwhile.
      if (log.logStartOffset > nextOffset) nextOffset = log.logStartOffset;
      else return { kind: 'failed', reason: `nothing is at offset ${nextOffset}`, isTransient: true };
      continue;
    }
    const before = nextOffset;
    try {
      for (const buffer of result.buffers) {
        for (const batch of walkBatches(buffer)) {
          if (batch.kind !== 'batch') throw new Error(batch.message);
          await replayBatch(buffer, batch.position);
          if (options.isCancelled()) return { kind: 'cancelled' };
        }
      }
    } catch (error) {
      const reason = `offset ${before} and on: ${error instanceof Error ? error.message : String(error)}`;
      return { kind: 'failed', reason, isTransient: false };
    } finally {
      result.release?.();
    }
    if (nextOffset === before) return { kind: 'failed', reason: `nothing is at offset ${before}`, isTransient: true };
    if (clock.monotonicMs() >= sliceEndMs) await othersFirst();
  }
  return { kind: 'done', recordCount: recordsSeen };
}

/** What a failed log holds is found out by reading it. */
function written(log: PartitionLog, offset: Offset): Promise<void> {
  return new Promise((resolve) => log.onWritten(offset, () => resolve()));
}
