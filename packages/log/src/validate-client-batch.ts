import type { TimestampMs } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { BatchError } from '@sluice/protocol/records/batch-error';
import {
  baseOffset,
  baseSequence,
  codec,
  isControlBatch,
  isCrcValid,
  lastOffsetDelta,
  NO_PRODUCER_ID,
  producerId,
  recordCount,
} from '@sluice/protocol/records/batch-header';
import { checkBatchAt } from '@sluice/protocol/records/walk-batches';
import type { LogConfig } from './partition-log.ts';
import { type Refusal, refuse } from './refusal.ts';
import { transformBatch } from './transform-batch.ts';
import { validateRecords } from './validate-records.ts';

/**
 * What Kafka's ProduceRequest, UnifiedLog and LogValidator ask of a client's records, in their order: exactly one
 * magic-2 batch, its size, its CRC, its header. Records are looked at only where the topic's configuration needs it.
 * Returns the batch as it goes into the log (offsets and leader epoch are not set yet): the same bytes in the usual case.
 */
export function validateClientBatch(records: Buffer, config: LogConfig, nowMs: TimestampMs): Buffer | Refusal {
  const batch = onlyBatch(records);
  if (!Buffer.isBuffer(batch)) return batch;
  if (baseOffset(batch, 0) !== 0)
    return refuse(ErrorCode.INVALID_RECORD, `base offset ${baseOffset(batch, 0)} is not 0`);
  const tooLarge = checkSize(batch, config);
  if (tooLarge !== undefined) return tooLarge;
  if (!isCrcValid(batch, 0)) return refuse(ErrorCode.CORRUPT_MESSAGE, "the batch's CRC-32C does not match");
  const invalid = checkHeader(batch) ?? validateRecords(batch, config, nowMs);
  if (invalid !== undefined) return invalid;
  const transformed = transformBatch(batch, config, nowMs);
  if (!Buffer.isBuffer(transformed)) return transformed;
  if (transformed !== batch) {
    const grown = checkSize(transformed, config);
    if (grown !== undefined) return grown;
  }
  if (transformed.length > config.segmentSizeBytes) {
    return refuse(
      ErrorCode.RECORD_LIST_TOO_LARGE,
      `a batch of ${transformed.length} bytes does not fit a segment of ${config.segmentSizeBytes}`,
    );
  }
  return transformed;
}

/** Bytes behind the batch that are no whole batch are cut off, as Kafka does. */
function onlyBatch(records: Buffer): Buffer | Refusal {
  const sizeBytes = checkBatchAt(records, 0);
  if (typeof sizeBytes !== 'number') return refuseBatch(sizeBytes, 'the partition holds no whole record batch');
  if (sizeBytes === records.length) return records;
  const next = checkBatchAt(records, sizeBytes);
  if (typeof next === 'number')
    return refuse(ErrorCode.INVALID_RECORD, 'the partition holds more than one record batch');
  if (next.tag === 'truncated') return records.subarray(0, sizeBytes);
  return refuseBatch(next, 'the partition holds more than one record batch');
}

function refuseBatch(error: BatchError, emptyMessage: string): Refusal {
  switch (error.tag) {
    case 'truncated':
      return refuse(ErrorCode.INVALID_RECORD, emptyMessage);
    case 'old-magic':
      return refuse(ErrorCode.INVALID_RECORD, 'record batches of magic 0 and 1 are no longer taken');
    case 'unsafe-integer':
      return refuse(ErrorCode.INVALID_RECORD, error.message);
    default:
      return refuse(ErrorCode.CORRUPT_MESSAGE, error.message);
  }
}

function checkSize(batch: Buffer, config: LogConfig): Refusal | undefined {
  if (batch.length <= config.maxMessageSizeBytes) return undefined;
  return refuse(
    ErrorCode.MESSAGE_TOO_LARGE,
    `a batch of ${batch.length} bytes is larger than max.message.bytes (${config.maxMessageSizeBytes})`,
  );
}

function checkHeader(batch: Buffer): Refusal | undefined {
  // Kafka has no code for it either: its lookup of the codec fails.
  if (codec(batch, 0) === undefined) return refuse(ErrorCode.UNKNOWN_SERVER_ERROR, 'unknown compression codec');
  const count = recordCount(batch, 0);
  if (count <= 0 || lastOffsetDelta(batch, 0) + 1 !== count) {
    return refuse(
      ErrorCode.INVALID_RECORD,
      `${count} records and a last offset delta of ${lastOffsetDelta(batch, 0)} do not agree`,
    );
  }
  if (isControlBatch(batch, 0)) return refuse(ErrorCode.INVALID_RECORD, 'clients may not write control records');
  if (producerId(batch, 0) !== NO_PRODUCER_ID && baseSequence(batch, 0) < 0) {
    return refuse(ErrorCode.INVALID_RECORD, `sequence ${baseSequence(batch, 0)} with a producer id`);
  }
  return undefined;
}
