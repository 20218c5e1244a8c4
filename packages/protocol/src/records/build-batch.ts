import { assert } from '@sluice/kernel/assert';
import { type Codec, idOfCodec } from '../compression/codec.ts';
import { compress } from '../compression/registry.ts';
import {
  attributesOf,
  BATCH_HEADER_SIZE_BYTES,
  NO_LEADER_EPOCH,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
  type TimestampType,
  writeHeader,
} from './batch-header.ts';
import { recordSizeBytes, writeRecord } from './write-record.ts';

/** A record to write. Strings are written as UTF-8; what is left out is null, and no headers. */
export interface NewRecord {
  readonly key?: Uint8Array | string | null;
  readonly value?: Uint8Array | string | null;
  readonly headers?: readonly NewRecordHeader[];
  /** The first record's, if left out; −1 if that has none either. */
  readonly timestampMs?: number;
  /** Its index in the batch, if left out. Compaction leaves gaps. */
  readonly offsetDelta?: number;
}

export interface NewRecordHeader {
  readonly key: string;
  readonly value?: Uint8Array | string | null;
}

export interface BatchOptions {
  readonly baseOffset?: number;
  readonly partitionLeaderEpoch?: number;
  readonly codec?: Codec;
  readonly level?: number;
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly isTransactional?: boolean;
  readonly isControlBatch?: boolean;
  /** Makes it a LogAppendTime batch whose records all count as appended then. */
  readonly logAppendTimeMs?: number;
  /** From when on compaction may drop the batch's tombstones (KIP-534); stands in the place of the base timestamp. */
  readonly deleteHorizonMs?: number;
  /** For a batch that lost its last records; the last record's otherwise. */
  readonly lastOffsetDelta?: number;
  /** For a batch that lost the record that had it; the largest of the records' otherwise. */
  readonly maxTimestampMs?: number;
}

/**
 * A magic-2 batch as Java's writer makes it, byte for byte when it is not compressed. Without records it is the bare
 * header by which compaction keeps a producer's last sequence; such a batch is never compressed.
 */
export function buildBatch(records: readonly NewRecord[], options: BatchOptions = {}): Buffer {
  const firstTimestampMs = records[0]?.timestampMs ?? NO_TIMESTAMP;
  const baseTimestampMs = options.deleteHorizonMs ?? firstTimestampMs;
  const codec = records.length === 0 ? 'none' : (options.codec ?? 'none');
  let maxTimestampMs = NO_TIMESTAMP;
  let lastOffsetDelta = -1;
  for (const [index, record] of records.entries()) {
    maxTimestampMs = Math.max(maxTimestampMs, record.timestampMs ?? firstTimestampMs);
    const offsetDelta = record.offsetDelta ?? index;
    assert(offsetDelta > lastOffsetDelta, 'offsets rise within a batch');
    lastOffsetDelta = offsetDelta;
  }

  const batch = writePayload(records, codec, options.level, baseTimestampMs, firstTimestampMs);
  writeHeader(batch, 0, batch.length, {
    baseOffset: options.baseOffset ?? 0,
    partitionLeaderEpoch: options.partitionLeaderEpoch ?? NO_LEADER_EPOCH,
    attributes: attributesOf({
      codecId: idOfCodec(codec),
      timestampType: timestampTypeOf(options),
      isTransactional: options.isTransactional ?? false,
      isControlBatch: options.isControlBatch ?? false,
      hasDeleteHorizon: options.deleteHorizonMs !== undefined,
    }),
    lastOffsetDelta: options.lastOffsetDelta ?? Math.max(0, lastOffsetDelta),
    baseTimestampMs,
    maxTimestampMs: options.logAppendTimeMs ?? options.maxTimestampMs ?? maxTimestampMs,
    producerId: options.producerId ?? NO_PRODUCER_ID,
    producerEpoch: options.producerEpoch ?? NO_PRODUCER_EPOCH,
    baseSequence: options.baseSequence ?? NO_SEQUENCE,
    recordCount: records.length,
  });
  return batch;
}

function timestampTypeOf(options: BatchOptions): TimestampType {
  return options.logAppendTimeMs === undefined ? 'CreateTime' : 'LogAppendTime';
}

/** Room for the header, and the records behind it. */
function writePayload(
  records: readonly NewRecord[],
  codec: Codec,
  level: number | undefined,
  baseTimestampMs: number,
  defaultTimestampMs: number,
): Buffer {
  const parts = records.map((record, index) => {
    const timestampMs = record.timestampMs ?? defaultTimestampMs;
    return {
      key: bytesOf(record.key),
      value: bytesOf(record.value),
      headers: (record.headers ?? []).map(({ key, value }) => ({ key: Buffer.from(key), value: bytesOf(value) })),
      timestampDeltaMs: timestampMs - baseTimestampMs,
      offsetDelta: record.offsetDelta ?? index,
    };
  });
  let sizeBytes = BATCH_HEADER_SIZE_BYTES;
  for (const part of parts) sizeBytes += recordSizeBytes(part);
  const plain = Buffer.allocUnsafe(sizeBytes);
  let at = BATCH_HEADER_SIZE_BYTES;
  for (const part of parts) at = writeRecord(plain, at, part);
  if (codec === 'none') return plain;
  return behindHeader(compress(codec, plain.subarray(BATCH_HEADER_SIZE_BYTES), level));
}

/** A buffer with room for a batch header and the payload behind it. */
export function behindHeader(payload: Buffer): Buffer {
  const batch = Buffer.allocUnsafe(BATCH_HEADER_SIZE_BYTES + payload.length);
  payload.copy(batch, BATCH_HEADER_SIZE_BYTES);
  return batch;
}

function bytesOf(value: Uint8Array | string | null | undefined): Uint8Array | null {
  return typeof value === 'string' ? Buffer.from(value) : (value ?? null);
}
