import type { TimestampMs } from '@sluice/kernel/ids';
import { OFFSET_INDEX_ENTRY_SIZE_BYTES } from './offset-index.ts';
import type { LogConfig } from './partition-log.ts';
import type { AddedBatch, Segment, SegmentIndexes } from './segment.ts';
import { TIME_INDEX_ENTRY_SIZE_BYTES } from './time-index.ts';

/** Relative offsets are int32 in the indexes. */
const RELATIVE_OFFSET_MAX = 2 ** 31 - 1;

/** Kafka's rules: size, `segment.ms` by the records' own time, a full index, an offset too far from the base. */
export function shouldRoll(
  segment: Segment,
  indexes: SegmentIndexes,
  batch: AddedBatch,
  config: LogConfig,
  nowMs: TimestampMs,
): boolean {
  if (segment.sizeBytes > config.segmentSizeBytes - batch.sizeBytes) return true;
  if (segment.sizeBytes > 0 && waitedMs(segment, batch, nowMs) > segmentMsOf(config) - segment.rollJitterMs)
    return true;
  if (batch.lastOffset - segment.baseOffset > RELATIVE_OFFSET_MAX) return true;
  return isIndexFull(indexes, config);
}

/** Only sealed segments are compacted: what must be compacted within a time must be sealed within it. */
function segmentMsOf({ cleanupCompact, segmentMs, compactionLagMsMax }: LogConfig): number {
  return cleanupCompact ? Math.min(segmentMs, compactionLagMsMax) : segmentMs;
}

/** A producer's clock decides when its records have one, so that a replay of old data rolls by old time. */
function waitedMs(segment: Segment, batch: AddedBatch, nowMs: TimestampMs): number {
  const first = segment.firstTimestampMs ?? -1;
  return first >= 0 ? batch.maxTimestampMs - first : nowMs - segment.createdMs;
}

/** Kafka keeps the time index's last slot free for the entry that a roll adds. */
function isIndexFull(indexes: SegmentIndexes, config: LogConfig): boolean {
  const offsetEntriesMax = Math.floor(config.segmentIndexSizeBytes / OFFSET_INDEX_ENTRY_SIZE_BYTES);
  const timeEntriesMax = Math.floor(config.segmentIndexSizeBytes / TIME_INDEX_ENTRY_SIZE_BYTES);
  return indexes.offsets.entryCount >= offsetEntriesMax || indexes.times.entryCount >= timeEntriesMax - 1;
}
