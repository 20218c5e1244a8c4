import type { LeaderEpoch, Offset, TimestampMs } from '@sluice/kernel/ids';
import {
  BATCH_HEADER_SIZE_BYTES,
  baseOffset,
  baseTimestamp,
  batchSizeBytes,
  CURRENT_MAGIC,
  lastOffsetDelta,
  magic,
  maxTimestamp,
  partitionLeaderEpoch,
  producerId,
} from '@sluice/protocol/records/batch-header';

/** Where a batch lies in a segment's file, and what the header says of its offsets. */
export interface BatchInfo {
  readonly position: number;
  readonly sizeBytes: number;
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly maxTimestampMs: TimestampMs;
  readonly leaderEpoch: LeaderEpoch;
}

/**
 * The batch whose 61 header bytes lie at `at` of `buffer`, which is `position` of the file; its payload need not be
 * there. A text says what is wrong with the header.
 */
export function readBatchInfo(buffer: Buffer, at: number, position: number): BatchInfo | string {
  if (buffer.length - at < BATCH_HEADER_SIZE_BYTES) return 'the file ends within a batch header';
  const sizeBytes = batchSizeBytes(buffer, at);
  if (sizeBytes < BATCH_HEADER_SIZE_BYTES) return `a batch of ${sizeBytes} bytes`;
  if (magic(buffer, at) !== CURRENT_MAGIC) return `magic ${magic(buffer, at)}`;
  const first = baseOffset(buffer, at);
  const delta = lastOffsetDelta(buffer, at);
  const maxTimestampMs = maxTimestamp(buffer, at);
  if (Number.isNaN(first + maxTimestampMs + baseTimestamp(buffer, at) + producerId(buffer, at))) {
    return 'an int64 field beyond 2^53-1';
  }
  if (first < 0 || delta < 0) return `offsets ${first} + ${delta}`;
  const leaderEpoch = partitionLeaderEpoch(buffer, at);
  return { position, sizeBytes, baseOffset: first, lastOffset: first + delta, maxTimestampMs, leaderEpoch };
}
