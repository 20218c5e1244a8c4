import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import { type FileCache, withFile } from './file-cache.ts';
import { writeIndexFiles } from './index-files.ts';
import type { IndexLoader } from './index-loader.ts';
import { type LogState, segmentIndexOf } from './log-state.ts';
import { type RebuildOptions, rebuildProducers, snapshotOffsets, snapshotPath } from './producer-snapshots.ts';
import { createSegment, emptyIndexes, logPath, type Segment } from './segment.ts';
import { unshareSegment } from './unshare-segment.ts';
import { walkHeaders } from './walk-file.ts';

export interface TruncateOptions {
  readonly state: LogState;
  readonly disk: Disk;
  readonly files: FileCache;
  readonly indexes: IndexLoader;
  readonly rebuildOptions: () => RebuildOptions;
  readonly removeSegments: (segments: readonly Segment[]) => Promise<void>;
  readonly nowMs: number;
}

/**
 * Cuts the log so that it ends at `offset`; a batch that holds it goes too. Nothing may be written meanwhile. What is in
 * memory beyond the files (after a failed write) is dropped with the rest.
 */
export async function truncateLog(offset: Offset, options: TruncateOptions): Promise<void> {
  const { state } = options;
  state.truncations++;
  state.tail.clear();
  const index = segmentIndexOf(state.segments, offset);
  const dropped = state.segments.splice(index + 1).reverse();
  await options.removeSegments(dropped);
  const active = state.segments.at(-1);
  if (active === undefined) addEmptySegment(offset, options);
  else await truncateSegment(active, offset, options);
  state.logStartOffset = Math.min(state.logStartOffset, offset);
  await setEnd(offset, options);
}

/** Drops every record; the log goes on at `offset`. */
export async function restartLog(offset: Offset, options: TruncateOptions): Promise<void> {
  const { state } = options;
  state.truncations++;
  state.tail.clear();
  await options.removeSegments(state.segments.splice(0).reverse());
  addEmptySegment(offset, options);
  state.logStartOffset = offset;
  state.writtenOffset = offset;
  state.durableOffset = offset;
  state.syncedOffset = offset;
  state.highWatermark = offset;
  await setEnd(offset, options);
}

async function setEnd(offset: Offset, options: TruncateOptions): Promise<void> {
  const { state, disk } = options;
  for (const snapshot of snapshotOffsets(await disk.list(state.directory))) {
    if (snapshot > offset) await disk.unlink(snapshotPath(state.directory, snapshot));
  }
  state.epochs.truncateFromEnd(offset);
  state.logEndOffset = offset;
  state.writtenOffset = Math.min(state.writtenOffset, offset);
  state.durableOffset = Math.min(state.durableOffset, offset);
  state.syncedOffset = Math.min(state.syncedOffset, offset);
  state.highWatermark = Math.min(state.highWatermark, offset);
  await rebuildProducers(state.producers, offset, options.rebuildOptions());
  state.producers.onHighWatermark(state.highWatermark);
}

function addEmptySegment(offset: Offset, { state, nowMs }: TruncateOptions): void {
  const segment = createSegment({
    baseOffset: offset,
    directory: state.directory,
    createdMs: nowMs,
    rollJitterMs: 0,
    indexes: emptyIndexes(offset),
  });
  state.segments.push(segment);
}

async function truncateSegment(segment: Segment, offset: Offset, options: TruncateOptions): Promise<void> {
  await unshareSegment(segment, options.disk, options.files);
  const indexes = await options.indexes.load(segment);
  const from = indexes.offsets.lookup(offset - 1).position;
  const sizeBytes = await withFile(options.files, logPath(segment), async (file) => {
    const end = await walkHeaders(file, from, segment.writtenSizeBytes, (batch) =>
      batch.lastOffset >= offset ? 'stop' : 'next',
    );
    await file.truncate(end.position);
    await file.sync();
    return end.position;
  });
  segment.sizeBytes = sizeBytes;
  segment.writtenSizeBytes = sizeBytes;
  indexes.offsets.truncateTo(offset);
  indexes.times.truncateTo(offset);
  const abortedTxns = indexes.abortedTxns.filter((txn) => txn.lastOffset < offset);
  segment.indexes = { ...indexes, abortedTxns };
  segment.bytesSinceIndexEntry = sizeBytes - indexes.offsets.lastPosition;
  await findMaxTimestamp(segment, options);
  if (segment.maxTimestamp !== undefined) indexes.times.appendIfLarger(segment.maxTimestamp);
  await writeIndexFiles(options.disk, segment, segment.indexes);
}

/** The time index ends at its last entry; the batches behind it may have a larger timestamp. */
async function findMaxTimestamp(segment: Segment, { files }: TruncateOptions): Promise<void> {
  const { indexes } = segment;
  segment.maxTimestamp = indexes?.times.last;
  if (segment.sizeBytes === 0) segment.firstTimestampMs = undefined;
  const from = indexes?.offsets.lookup(segment.maxTimestamp?.batchLastOffset ?? segment.baseOffset).position ?? 0;
  await withFile(files, logPath(segment), (file) =>
    walkHeaders(file, from, segment.sizeBytes, (batch) => {
      if (batch.maxTimestampMs > (segment.maxTimestamp?.timestampMs ?? -1)) {
        segment.maxTimestamp = { timestampMs: batch.maxTimestampMs, batchLastOffset: batch.lastOffset };
      }
      if (batch.position === 0) segment.firstTimestampMs = batch.maxTimestampMs;
      return 'next';
    }),
  );
}
