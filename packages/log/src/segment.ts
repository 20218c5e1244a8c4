import type { Offset, TimestampMs } from '@sluice/kernel/ids';
import {
  LOG_SUFFIX,
  OFFSET_INDEX_SUFFIX,
  segmentFileName,
  TIME_INDEX_SUFFIX,
  TXN_CHECKSUM_SUFFIX,
  TXN_INDEX_SUFFIX,
} from './file-names.ts';
import { createOffsetIndex, type OffsetIndex } from './offset-index.ts';
import type { LogConfig } from './partition-log.ts';
import { createTimeIndex, type TimeIndex, type TimeIndexEntry } from './time-index.ts';
import type { AbortedTxn } from './txn-index.ts';

/** What is in memory of a segment's index files. The active segment always has it, others while it is used. */
export interface SegmentIndexes {
  readonly offsets: OffsetIndex;
  readonly times: TimeIndex;
  readonly abortedTxns: AbortedTxn[];
}

/** One segment: a `.log` file and its indexes. A plain record; the functions beside it change it. */
export interface Segment {
  readonly baseOffset: Offset;
  /** The partition's directory; another one once the log was moved. */
  directory: string;
  /** Bytes that have a place in the file, written or not yet. */
  sizeBytes: number;
  /** Bytes that are in the file. */
  writtenSizeBytes: number;
  indexes: SegmentIndexes | undefined;
  /** The largest timestamp so far and its batch; what the time index gets next. `undefined`: no timestamp yet. */
  maxTimestamp: TimeIndexEntry | undefined;
  /** Kafka rolls by the time that passed since this: the first batch's largest timestamp. */
  firstTimestampMs: TimestampMs | undefined;
  /** Of one that was found on disk, the time of its last write. */
  readonly createdMs: TimestampMs;
  bytesSinceIndexEntry: number;
  /** So that the segments of many logs do not all roll at once. */
  readonly rollJitterMs: number;
  /**
   * Batches in front of `checkedHeadBytes`, or from `checkedTailBytes` on, were checked by CRC since this log was opened:
   * at their append, or at their first read.
   */
  checkedHeadBytes: number;
  readonly checkedTailBytes: number;
  /** What a read of the whole file found wrong with it. Answers that depend on all of its batches are refused. */
  fault: string | undefined;
}

export function createSegment(options: {
  baseOffset: Offset;
  directory: string;
  createdMs: TimestampMs;
  rollJitterMs: number;
  sizeBytes?: number;
  indexes?: SegmentIndexes;
}): Segment {
  return {
    baseOffset: options.baseOffset,
    directory: options.directory,
    sizeBytes: options.sizeBytes ?? 0,
    writtenSizeBytes: options.sizeBytes ?? 0,
    indexes: options.indexes,
    maxTimestamp: undefined,
    firstTimestampMs: undefined,
    createdMs: options.createdMs,
    bytesSinceIndexEntry: 0,
    rollJitterMs: options.rollJitterMs,
    checkedHeadBytes: 0,
    checkedTailBytes: options.sizeBytes ?? 0,
    fault: undefined,
  };
}

export function emptyIndexes(baseOffset: Offset): SegmentIndexes {
  return { offsets: createOffsetIndex(baseOffset), times: createTimeIndex(baseOffset), abortedTxns: [] };
}

export function segmentPath(segment: Segment, suffix: string): string {
  return `${segment.directory}/${segmentFileName(segment.baseOffset, suffix)}`;
}

export function logPath(segment: Segment): string {
  return segmentPath(segment, LOG_SUFFIX);
}

export function segmentPaths(segment: Segment): string[] {
  return [LOG_SUFFIX, OFFSET_INDEX_SUFFIX, TIME_INDEX_SUFFIX, TXN_INDEX_SUFFIX, TXN_CHECKSUM_SUFFIX].map((suffix) =>
    segmentPath(segment, suffix),
  );
}

/** The batch that an append or a recovery scan adds to the end of a segment. */
export interface AddedBatch {
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly sizeBytes: number;
  readonly maxTimestampMs: TimestampMs;
}

/** Gives the batch its place and, every `index.interval.bytes`, an entry in each index. Returns the place. */
export function addToSegment(segment: Segment, indexes: SegmentIndexes, batch: AddedBatch, config: LogConfig): number {
  const position = segment.sizeBytes;
  if (position === 0) segment.firstTimestampMs = batch.maxTimestampMs;
  if (batch.maxTimestampMs > (segment.maxTimestamp?.timestampMs ?? -1)) {
    segment.maxTimestamp = { timestampMs: batch.maxTimestampMs, batchLastOffset: batch.lastOffset };
  }
  if (segment.bytesSinceIndexEntry > config.indexIntervalBytes) {
    indexes.offsets.append(batch.lastOffset, position);
    if (segment.maxTimestamp !== undefined) indexes.times.appendIfLarger(segment.maxTimestamp);
    segment.bytesSinceIndexEntry = 0;
  }
  segment.bytesSinceIndexEntry += batch.sizeBytes;
  segment.sizeBytes += batch.sizeBytes;
  return position;
}
