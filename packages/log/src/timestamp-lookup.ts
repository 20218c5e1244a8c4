import type { DiskFile } from '@sluice/kernel/disk';
import type { Offset, TimestampMs } from '@sluice/kernel/ids';
import { isBatchError } from '@sluice/protocol/records/batch-error';
import { isCrcValid, recordCount } from '@sluice/protocol/records/batch-header';
import { readRecords } from '@sluice/protocol/records/read-records';
import type { BatchRecord } from '@sluice/protocol/records/record';
import type { BatchInfo } from './batch-info.ts';
import { checkBatchFromDisk } from './check-batch.ts';
import { type FileCache, withExistingFile } from './file-cache.ts';
import { isTimeEntryRight } from './index-files.ts';
import type { IndexLoader } from './index-loader.ts';
import { activeSegment, endOffsetOf, type LogState, lastStableOffset } from './log-state.ts';
import type { OffsetQuery, TimestampedOffset } from './partition-log.ts';
import { logPath, type Segment, type SegmentIndexes } from './segment.ts';
import { earliestOffset, latestOffset } from './special-offsets.ts';
import { withStableSegments } from './stable-segments.ts';
import type { TimeIndexEntry } from './time-index.ts';
import { walkBatches, walkHeaders } from './walk-file.ts';

export interface TimestampLookupOptions {
  readonly state: LogState;
  readonly files: FileCache;
  readonly indexes: IndexLoader;
  /** Settles once all that was appended is in the file. */
  readonly written: () => Promise<void>;
}

/** ListOffsets. The answer of a search by time is below the high watermark, or there is none. */
export function createTimestampLookup(options: TimestampLookupOptions) {
  const { state, files } = options;

  return async function offsetFor(query: OffsetQuery): Promise<TimestampedOffset | undefined> {
    switch (query.kind) {
      case 'earliest':
      case 'earliest-local':
        return earliestOffset(state.logStartOffset, state.epochs.entries);
      case 'latest':
        return latestOffset(state.highWatermark, state.epochs.entries);
      case 'latest-stable':
        return latestOffset(lastStableOffset(state), state.epochs.entries);
      case 'max-timestamp':
        await options.written();
        return visible(await withStableSegments(state, findMaxTimestamp));
      case 'time':
        await options.written();
        return visible(await withStableSegments(state, () => findByTime(query.timestampMs)));
    }
  };

  function visible(found: TimestampedOffset | undefined): TimestampedOffset | undefined {
    return found !== undefined && found.offset < state.highWatermark ? found : undefined;
  }

  /** The first record of the first batch that has the largest timestamp of the log. */
  async function findMaxTimestamp(): Promise<TimestampedOffset | undefined> {
    const entries: SegmentEntry[] = [];
    for (const segment of state.segments) {
      const isPartlyDeleted = segment.baseOffset < state.logStartOffset;
      const entry = await (isPartlyDeleted ? maxTimestampOfRest(segment) : maxTimestampOf(segment));
      if (entry !== undefined) entries.push({ segment, entry });
    }
    const largest = largestOf(entries);
    if (largest === undefined) return undefined;
    const found = await search(largest.segment, largest.entry.timestampMs, largest.entry.batchLastOffset);
    return found ?? findMaxOfRecords(entries);
  }

  /** Where the batch that has it lost all of its records to compaction, and keeps its timestamp for nobody. */
  async function findMaxOfRecords(entries: readonly SegmentEntry[]): Promise<TimestampedOffset | undefined> {
    const withRecords: SegmentEntry[] = [];
    for (const { segment } of entries) {
      const entry = await maxTimestampOfRest(segment);
      if (entry !== undefined) withRecords.push({ segment, entry });
    }
    const largest = largestOf(withRecords);
    return largest && search(largest.segment, largest.entry.timestampMs, largest.entry.batchLastOffset);
  }

  async function findByTime(timestampMs: TimestampMs): Promise<TimestampedOffset | undefined> {
    for (const segment of [...state.segments]) {
      const max = await maxTimestampOf(segment);
      if (max === undefined || max.timestampMs < timestampMs) continue;
      const entry = await usableEntry(segment, timestampMs);
      const found = await search(segment, timestampMs, entry?.batchLastOffset ?? -1);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The time index entry to start from, checked against the batch that it names. */
  async function usableEntry(segment: Segment, timestampMs: TimestampMs): Promise<TimeIndexEntry | undefined> {
    const indexes = await options.indexes.load(segment);
    const entry = indexes.times.lookup(timestampMs);
    const isRight = (of: SegmentIndexes) =>
      withExistingFile(files, logPath(segment), (file) => isTimeEntryRight(file, entry, of, segment.writtenSizeBytes));
    if (await isRight(indexes)) return entry;
    if (segment === activeSegment(state)) throw corrupt(segment, 'its time index does not agree with it');
    return (await options.indexes.rebuild(segment, '.timeindex')).times.lookup(timestampMs);
  }

  async function maxTimestampOf(segment: Segment): Promise<TimeIndexEntry | undefined> {
    const { times } = await options.indexes.load(segment);
    if (segment.fault !== undefined) throw corrupt(segment, segment.fault);
    return segment === activeSegment(state) ? segment.maxTimestamp : times.last;
  }

  /** Among the batches with records that the log start leaves of a segment; the one that it cuts is read record by record. */
  async function maxTimestampOfRest(segment: Segment): Promise<TimeIndexEntry | undefined> {
    if (segment.writtenSizeBytes === 0) return undefined;
    const { offsets } = await options.indexes.load(segment);
    const from = offsets.lookup(state.logStartOffset).position;
    let largest: TimeIndexEntry | undefined;
    const consider = (entry: TimeIndexEntry) => {
      if (entry.timestampMs > (largest?.timestampMs ?? -1)) largest = entry;
    };
    return withExistingFile(files, logPath(segment), async (file) => {
      let cut: BatchInfo | undefined;
      await walkHeaders(file, from, segment.writtenSizeBytes, (batch, header, at) => {
        if (batch.lastOffset < state.logStartOffset || recordCount(header, at) === 0) return 'next';
        if (batch.baseOffset < state.logStartOffset) cut = batch;
        else consider({ timestampMs: batch.maxTimestampMs, batchLastOffset: batch.lastOffset });
        return 'next';
      });
      if (cut === undefined) return largest;
      const { lastOffset: batchLastOffset } = cut;
      for (const { offset, timestampMs } of await readBatch(file, cut)) {
        if (offset >= state.logStartOffset && timestampMs >= (largest?.timestampMs ?? 0)) {
          largest = { timestampMs, batchLastOffset };
        }
      }
      return largest;
    });
  }

  /** The first record at or after the time, in or behind the batch that ends at `fromOffset`. */
  async function search(
    segment: Segment,
    timestampMs: TimestampMs,
    fromOffset: Offset,
  ): Promise<TimestampedOffset | undefined> {
    const indexes: SegmentIndexes = await options.indexes.load(segment);
    const startOffset = Math.max(fromOffset, state.logStartOffset);
    let from = indexes.offsets.lookup(startOffset).position;
    return withExistingFile(files, logPath(segment), async (file) => {
      for (;;) {
        const batch = await nextCandidate(file, segment, from, timestampMs, startOffset);
        if (batch === undefined) return undefined;
        const found = await searchBatch(file, batch, timestampMs);
        if (found !== undefined) return found;
        from = batch.position + batch.sizeBytes;
      }
    });
  }

  /** Reads all of what it passes over, because a flipped timestamp would pass for one that does not matter. */
  async function nextCandidate(
    file: DiskFile,
    segment: Segment,
    from: number,
    timestampMs: TimestampMs,
    startOffset: Offset,
  ): Promise<BatchInfo | undefined> {
    let candidate: BatchInfo | undefined;
    let nextOffset = segment.baseOffset;
    const endOffset = endOffsetOf(segment, state);
    const end = await walkBatches(file, from, segment.writtenSizeBytes, (batch, buffer, at) => {
      if (batch.baseOffset < nextOffset || batch.lastOffset >= endOffset) return { fault: 'wrong offsets' };
      const fault = checkBatchFromDisk(buffer, at, batch, state.epochs);
      if (fault !== undefined) return { fault };
      nextOffset = batch.lastOffset + 1;
      if (batch.maxTimestampMs < timestampMs || batch.lastOffset < startOffset) return 'next';
      candidate = batch;
      return 'stop';
    });
    if (end.fault !== undefined) throw corrupt(segment, end.fault);
    return candidate;
  }

  async function searchBatch(
    file: DiskFile,
    batch: BatchInfo,
    timestampMs: TimestampMs,
  ): Promise<TimestampedOffset | undefined> {
    const records = await readBatch(file, batch);
    const record = records.find((each) => each.timestampMs >= timestampMs && each.offset >= state.logStartOffset);
    if (record === undefined) return undefined;
    return { offset: record.offset, timestampMs: record.timestampMs, leaderEpoch: batch.leaderEpoch };
  }

  async function readBatch(file: DiskFile, batch: BatchInfo): Promise<readonly BatchRecord[]> {
    const buffer = Buffer.allocUnsafe(batch.sizeBytes);
    await file.read(buffer, batch.position);
    const records = isCrcValid(buffer, 0) ? readRecords(buffer) : undefined;
    if (records === undefined || isBatchError(records)) {
      throw new Error(`${file.path} is corrupt at ${batch.position}: the batch at offset ${batch.baseOffset}`);
    }
    return records;
  }
}

interface SegmentEntry {
  readonly segment: Segment;
  readonly entry: TimeIndexEntry;
}

function largestOf(entries: readonly SegmentEntry[]): SegmentEntry | undefined {
  let largest: SegmentEntry | undefined;
  for (const each of entries) {
    if (largest === undefined || each.entry.timestampMs > largest.entry.timestampMs) largest = each;
  }
  return largest;
}

function corrupt(segment: Segment, fault: string): Error {
  return new Error(`${logPath(segment)} is corrupt: ${fault}`);
}
