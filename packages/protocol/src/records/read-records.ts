import { CompressionError } from '../compression/codec.ts';
import { decompress } from '../compression/registry.ts';
import { type BatchError, batchError, isBatchError } from './batch-error.ts';
import {
  BATCH_HEADER_SIZE_BYTES,
  baseOffset,
  baseSequence,
  baseTimestamp,
  codec,
  codecId,
  maxTimestamp,
  recordCount,
  sequenceAfter,
  timestampType,
} from './batch-header.ts';
import { type BatchRecord, RECORD_SIZE_BYTES_MIN } from './record.ts';
import { materialize, newRecordCursor, type RecordCursor, readRecordAt } from './record-cursor.ts';
import type { ReadPosition } from './varint.ts';
import { checkBatchAt } from './walk-batches.ts';

/**
 * How much work one batch may ask for. Compressed batches of 2 kB can claim millions of records and hold gigabytes, so
 * both are bounded before and while they are unpacked.
 */
export interface ReadLimits {
  readonly payloadSizeBytesMax: number;
  readonly recordCountMax: number;
}

/** Java's producers estimate the compression and may put far more than a batch's size into one that compresses well. */
export const PAYLOAD_SIZE_BYTES_MAX = 64 * 1024 * 1024;
/** What librdkafka's `batch.num.messages` allows at most. */
export const RECORDS_PER_BATCH_MAX = 1_000_000;

export const DEFAULT_READ_LIMITS: ReadLimits = {
  payloadSizeBytesMax: PAYLOAD_SIZE_BYTES_MAX,
  recordCountMax: RECORDS_PER_BATCH_MAX,
};

/**
 * All records of the batch at `position`, or what is wrong with it. The CRC is not looked at: `verifyBatchAt` does that.
 *
 * @example
 * const records = readRecords(batch);
 * if (isBatchError(records)) return refuse(records.message);
 * for (const record of records) use(record.key, record.value);
 */
export function readRecords(
  buffer: Buffer,
  position = 0,
  limits: ReadLimits = DEFAULT_READ_LIMITS,
): BatchRecord[] | BatchError {
  const records: BatchRecord[] = [];
  const error = visitRecords(buffer, position, limits, (record) => {
    records.push(materialize(record));
  });
  return error ?? records;
}

/**
 * Shows every record of the batch at `position` to `visit`, in order, until it returns false. The cursor is the same
 * object each time. An error that is found late comes after earlier records were shown.
 */
export function visitRecords(
  buffer: Buffer,
  position: number,
  limits: ReadLimits,
  visit: (record: RecordCursor) => boolean | undefined,
): BatchError | undefined {
  const payload = readPayload(buffer, position, limits);
  if (isBatchError(payload)) return payload;
  const count = recordCount(buffer, position);
  if (count * RECORD_SIZE_BYTES_MIN > payload.length) {
    return batchError('count-mismatch', position, `${payload.length} bytes cannot hold ${count} records`);
  }

  const firstOffset = baseOffset(buffer, position);
  const firstTimestampMs = baseTimestamp(buffer, position);
  const firstSequence = baseSequence(buffer, position);
  const isAppendTime = timestampType(buffer, position) === 'LogAppendTime';
  const appendTimeMs = maxTimestamp(buffer, position);

  const cursor = newRecordCursor(payload);
  const from: ReadPosition = { buffer: payload, at: 0, end: payload.length };
  for (let index = 0; index < count; index++) {
    const error = readRecordAt(cursor, from);
    if (error !== undefined) return error;
    cursor.offset = firstOffset + cursor.offsetDelta;
    cursor.timestampMs = isAppendTime ? appendTimeMs : firstTimestampMs + cursor.timestampDeltaMs;
    cursor.sequence = firstSequence < 0 ? -1 : sequenceAfter(firstSequence, cursor.offsetDelta);
    if (!Number.isSafeInteger(cursor.offset) || !Number.isSafeInteger(cursor.timestampMs)) {
      return batchError('unsafe-integer', cursor.start, 'an offset or a timestamp lies beyond 2^53-1');
    }
    if (visit(cursor) === false) return undefined;
  }
  if (from.at !== payload.length) {
    return batchError(
      'count-mismatch',
      from.at,
      `${payload.length - from.at} bytes behind the last of ${count} records`,
    );
  }
  return undefined;
}

/**
 * The records of the batch at `position` as bytes, decompressed if need be: a view of `buffer`, or a buffer of its own.
 * A record count that the limits rule out is refused before anything is decompressed.
 */
export function readPayload(buffer: Buffer, position: number, limits: ReadLimits): Buffer | BatchError {
  const sizeBytes = checkBatchAt(buffer, position);
  if (typeof sizeBytes !== 'number') return sizeBytes;
  const count = recordCount(buffer, position);
  if (count < 0) return batchError('count-mismatch', position, `${count} records`);
  if (count > limits.recordCountMax || count * RECORD_SIZE_BYTES_MIN > limits.payloadSizeBytesMax) {
    return batchError('too-large', position, `${count} records in one batch`);
  }
  const name = codec(buffer, position);
  if (name === undefined)
    return batchError('unknown-codec', position, `compression codec ${codecId(buffer, position)}`);
  try {
    const packed = buffer.subarray(position + BATCH_HEADER_SIZE_BYTES, position + sizeBytes);
    return decompress(name, packed, limits.payloadSizeBytesMax);
  } catch (error) {
    if (!(error instanceof CompressionError)) throw error;
    const tag = error.tag === 'too-large' ? 'too-large' : 'corrupt-compression';
    return batchError(tag, position + BATCH_HEADER_SIZE_BYTES, error.message);
  }
}
