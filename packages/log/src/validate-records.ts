import type { TimestampMs } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import {
  baseTimestamp,
  maxTimestamp,
  NO_TIMESTAMP,
  recordCount,
  timestampType,
} from '@sluice/protocol/records/batch-header';
import { DEFAULT_READ_LIMITS, visitRecords } from '@sluice/protocol/records/read-records';
import type { LogConfig } from './partition-log.ts';
import { type RecordError, type Refusal, refuse } from './refusal.ts';

/**
 * Keys and timestamps, record by record, where the header alone cannot tell that all is well: on compacted topics, with
 * a limit on old timestamps, and when the largest timestamp is beyond the limit.
 */
export function validateRecords(batch: Buffer, config: LogConfig, nowMs: TimestampMs): Refusal | undefined {
  const stamped = checkTimestampType(batch, config);
  if (stamped !== undefined) return stamped;
  const timestampsMatter = config.timestampType === 'CreateTime' && mayBreakTimestampLimits(batch, config, nowMs);
  if (!timestampsMatter && !config.cleanupCompact) return undefined;

  const recordErrors: RecordError[] = [];
  let hasTimestampError = false;
  let batchIndex = 0;
  const error = visitRecords(batch, 0, DEFAULT_READ_LIMITS, (record) => {
    if (config.cleanupCompact && record.keySizeBytes < 0) {
      recordErrors.push({ batchIndex, message: 'a compacted topic takes no record without a key' });
    } else if (timestampsMatter && !isWithinLimits(record.timestampMs, config, nowMs)) {
      hasTimestampError = true;
      recordErrors.push({ batchIndex, message: `timestamp ${record.timestampMs} is out of range` });
    }
    batchIndex++;
    return undefined;
  });
  if (error !== undefined) return refuse(ErrorCode.INVALID_RECORD, error.message);
  return refusalOf(recordErrors, hasTimestampError);
}

function refusalOf(recordErrors: readonly RecordError[], hasTimestampError: boolean): Refusal | undefined {
  if (recordErrors.length === 0) return undefined;
  return hasTimestampError
    ? refuse(ErrorCode.INVALID_TIMESTAMP, 'a record has a timestamp out of range', recordErrors)
    : refuse(ErrorCode.INVALID_RECORD, `${recordErrors.length} records are invalid`, recordErrors);
}

/** Only brokers stamp with append time. Kafka lets it pass where it is about to compare and overwrite the stamp anyway. */
function checkTimestampType(batch: Buffer, config: LogConfig): Refusal | undefined {
  if (timestampType(batch, 0) === 'CreateTime') return undefined;
  if (config.timestampType === 'CreateTime' && maxTimestamp(batch, 0) !== NO_TIMESTAMP) return undefined;
  const message = 'a producer may not use the timestamp type LogAppendTime';
  const recordErrors = Array.from({ length: recordCount(batch, 0) }, (_, batchIndex) => ({ batchIndex, message }));
  return refuse(ErrorCode.INVALID_TIMESTAMP, message, recordErrors);
}

/** The header knows the largest timestamp; the smallest only the records know. */
function mayBreakTimestampLimits(batch: Buffer, config: LogConfig, nowMs: TimestampMs): boolean {
  if (maxTimestamp(batch, 0) - nowMs > config.timestampAfterMaxMs) return true;
  if (config.timestampBeforeMaxMs >= nowMs) return false;
  return recordCount(batch, 0) > 1 || !isWithinLimits(baseTimestamp(batch, 0), config, nowMs);
}

function isWithinLimits(timestampMs: TimestampMs, config: LogConfig, nowMs: TimestampMs): boolean {
  if (timestampMs === NO_TIMESTAMP) return true;
  return nowMs - timestampMs <= config.timestampBeforeMaxMs && timestampMs - nowMs <= config.timestampAfterMaxMs;
}
