import { assert } from '@sluice/kernel/assert';
import type { Offset } from '@sluice/kernel/ids';
import { isCrcValid } from '@sluice/protocol/records/batch-header';
import type { BatchInfo } from './batch-info.ts';
import { withFile } from './file-cache.ts';
import { firstTimestampOf } from './first-timestamp.ts';
import { readIndexFiles, writeIndexFiles } from './index-files.ts';
import { createLeaderEpochs, type LeaderEpochs } from './leader-epochs.ts';
import { segmentIndexOf } from './log-state.ts';
import { encodeProducerSnapshot } from './producer-snapshot.ts';
import { type RebuildOptions, rebuildProducers, snapshotPath } from './producer-snapshots.ts';
import type { ProducerState } from './producer-state.ts';
import { scanPastDamage } from './scan-past-damage.ts';
import { emptyIndexes, logPath, type Segment, type SegmentIndexes, segmentPaths } from './segment.ts';
import { unshareSegment } from './unshare-segment.ts';
import { walkHeaders } from './walk-file.ts';

export interface RecoverOptions extends RebuildOptions {
  /** All that have a `.log` file; `sizeBytes` is the file's. A recovery may take the last ones out. */
  readonly segments: Segment[];
  readonly producers: ProducerState;
  readonly epochs: LeaderEpochs;
  readonly recoveryPoint: Offset;
  /** Compaction may have taken whole segments' worth of offsets out below it; above it, what is missing was lost. */
  readonly gapsBelow: Offset;
  /** For the tests of the tests only: damage is taken for a torn write wherever it is. */
  readonly cutsBelowRecoveryPoint?: boolean | undefined;
}

export interface Recovered {
  readonly logEndOffset: Offset;
  /** Whether anything was read beyond the recovery point, or cut: the files then need a sync. */
  readonly isChanged: boolean;
  /** Nothing was cut, and so little was read beyond the recovery point that it may as well be read again. */
  readonly isShortTail: boolean;
}

/** What a log that nobody uses may have behind its recovery point: read again at its first use, or after the next crash. */
const UNCHECKED_TAIL_SIZE_BYTES_MAX = 64 * 1024;

/**
 * After a clean stop: the end of the log from the last segment's end, nothing else is read. `undefined` if that does
 * not agree with the recovery point, which a clean stop sets to the end of the log.
 */
export async function openCleanly(options: RecoverOptions): Promise<Recovered | undefined> {
  const { segments, disk, files } = options;
  const active = segments.at(-1);
  assert(active !== undefined, 'a log has an active segment');
  if (active.sizeBytes === 0) {
    if (active.baseOffset !== options.recoveryPoint) return undefined;
    active.indexes = emptyIndexes(active.baseOffset);
  } else {
    const { indexes, fault } = await readIndexFiles(disk, files, active, active.sizeBytes, 'whole-log');
    if (fault !== undefined) return undefined;
    const last = await lastBatch(active, indexes, options);
    if (last === undefined || last.lastOffset + 1 !== options.recoveryPoint) return undefined;
    active.indexes = indexes;
    active.maxTimestamp = indexes.times.last;
    active.firstTimestampMs = await firstTimestampOf(active, options.files);
    active.bytesSinceIndexEntry = active.sizeBytes - indexes.offsets.lastPosition;
  }
  await rebuildProducers(options.producers, options.recoveryPoint, options);
  return { logEndOffset: options.recoveryPoint, isChanged: false, isShortTail: false };
}

/** The last batch of a segment, if the way there from the last index entry is sound and its CRC is right. */
async function lastBatch(segment: Segment, indexes: SegmentIndexes, options: RecoverOptions) {
  return withFile(options.files, logPath(segment), async (file) => {
    let last: BatchInfo | undefined;
    const end = await walkHeaders(file, indexes.offsets.lastPosition, segment.sizeBytes, (batch) => {
      last = batch;
      return 'next';
    });
    if (end.fault !== undefined || last === undefined) return undefined;
    const buffer = Buffer.allocUnsafe(last.sizeBytes);
    await file.read(buffer, last.position);
    return isCrcValid(buffer, 0) ? last : undefined;
  });
}

/**
 * After a crash: checks every batch from the recovery point on, cuts the log at the first bad one, and builds the
 * indexes, leader epochs and producer state of what it read. Where indexes are wrong it begins before the recovery point;
 * what is damaged there stays and is told.
 */
export async function recoverAfterCrash(options: RecoverOptions): Promise<Recovered> {
  const { segments, logger, gapsBelow } = options;
  const startIndex = Math.max(0, segmentIndexOf(segments, options.recoveryPoint));
  const start = await findScanStart(segments[startIndex], options);
  await rebuildProducers(options.producers, start.offset, options);
  // As they were before this recovery: it finds those of what lies below the log's start again, in turn.
  const knownEpochs = createLeaderEpochs(options.epochs.entries, options.epochs.isTrusted);
  options.epochs.truncateFromEnd(Math.max(start.offset, options.recoveryPoint));

  let nextOffset = start.offset;
  let isChanged = false;
  let isCutAnywhere = false;
  let scannedSizeBytes = 0;
  for (let index = startIndex; index < segments.length; index++) {
    const segment = segments[index];
    assert(segment !== undefined, 'the index is within the segments');
    // Compaction may have emptied the end of a segment.
    const isGap = segment.baseOffset > nextOffset && segment.baseOffset <= gapsBelow;
    const mayFollow = segment.baseOffset === nextOffset || isGap;
    if (index > startIndex && !mayFollow) {
      const fault = `the segment before it ends at offset ${nextOffset}`;
      isCutAnywhere = true;
      logger.warn('the log is cut at a segment that does not follow', { path: logPath(segment), fault });
      await dropSegments(segments.splice(index), options);
      isChanged = true;
      break;
    }
    if (index > startIndex) await writeSnapshotBefore(segment, options);
    await unshareSegment(segment, options.disk, options.files);
    const fileSizeBytes = segment.sizeBytes;
    const indexes = index === startIndex ? start.indexes : emptyIndexes(segment.baseOffset);
    segment.sizeBytes = index === startIndex ? start.position : 0;
    nextOffset = Math.max(nextOffset, segment.baseOffset);
    const end = await withFile(options.files, logPath(segment), async (file) => {
      const scanned = await scanPastDamage({
        file,
        segment,
        fileSizeBytes,
        indexes,
        config: options.config,
        producers: options.producers,
        epochs: options.epochs,
        // They are on disk before the recovery point passes them.
        known: { epochs: knownEpochs, endOffset: options.recoveryPoint },
        nextOffset,
        gapsBelow,
        endOffset: segments[index + 1]?.baseOffset ?? Number.POSITIVE_INFINITY,
        recoveryPoint: options.cutsBelowRecoveryPoint === true ? 0 : options.recoveryPoint,
        logger,
      });
      const isCut = scanned.position < fileSizeBytes;
      isCutAnywhere ||= isCut;
      scannedSizeBytes += fileSizeBytes - (index === startIndex ? start.position : 0);
      if (isCut) await file.truncate(scanned.position);
      // What a killed process wrote may be in the page cache only.
      if (isCut || scanned.nextOffset > options.recoveryPoint) {
        await file.sync();
        isChanged = true;
      }
      return scanned;
    });
    nextOffset = end.nextOffset;
    segment.writtenSizeBytes = segment.sizeBytes;
    segment.indexes = indexes;
    if (end.fault !== undefined) {
      logger.warn('the log is cut at its first bad batch', {
        path: logPath(segment),
        offset: nextOffset,
        position: end.position,
        cutBytes: fileSizeBytes - end.position,
        fault: end.fault,
      });
      await dropSegments(segments.splice(index + 1), options);
    }
  }
  for (const segment of segments.slice(startIndex, -1)) await sealRecovered(segment, options);
  options.producers.endOffset = nextOffset;
  const isOneSegment = startIndex === segments.length - 1;
  const isShortTail = isOneSegment && !isCutAnywhere && scannedSizeBytes <= UNCHECKED_TAIL_SIZE_BYTES_MAX;
  return { logEndOffset: nextOffset, isChanged, isShortTail };
}

/** As a roll leaves it: the segments before this one may be deleted, and their producers must be known all the same. */
async function writeSnapshotBefore(segment: Segment, { disk, directory, producers }: RecoverOptions): Promise<void> {
  const snapshot = encodeProducerSnapshot(producers.entries(), producers.uncertainBelow);
  await disk.replaceFile(snapshotPath(directory, segment.baseOffset), snapshot);
}

/** What a roll does to the indexes of a segment that is no longer active. */
async function sealRecovered(segment: Segment, { disk }: RecoverOptions): Promise<void> {
  const { indexes, maxTimestamp } = segment;
  assert(indexes !== undefined, 'a scanned segment has its indexes in memory');
  if (maxTimestamp !== undefined) indexes.times.appendIfLarger(maxTimestamp);
  await writeIndexFiles(disk, segment, indexes);
  segment.indexes = undefined;
}

interface ScanStart {
  readonly offset: Offset;
  readonly position: number;
  readonly indexes: SegmentIndexes;
}

/** The batch at the recovery point, if the indexes up to it are right; else the segment's start. */
async function findScanStart(segment: Segment | undefined, options: RecoverOptions): Promise<ScanStart> {
  assert(segment !== undefined, 'a log has an active segment');
  const { recoveryPoint } = options;
  const fromStart = { offset: segment.baseOffset, position: 0, indexes: emptyIndexes(segment.baseOffset) };
  if (recoveryPoint <= segment.baseOffset || segment.sizeBytes === 0) return fromStart;
  const read = await readIndexFiles(options.disk, options.files, segment, segment.sizeBytes, 'part-of-it');
  if (read.fault !== undefined) return fromStart;
  const { indexes } = read;
  indexes.offsets.truncateTo(recoveryPoint);
  const { lastOffset, lastPosition, entryCount } = indexes.offsets;
  let first: BatchInfo | undefined;
  let nextOffset = segment.baseOffset;
  const end = await withFile(options.files, logPath(segment), (file) =>
    walkHeaders(file, lastPosition, segment.sizeBytes, (batch) => {
      first ??= batch;
      if (batch.baseOffset >= recoveryPoint) return 'stop';
      nextOffset = batch.lastOffset + 1;
      return 'next';
    }),
  );
  const isIndexRight = entryCount === 0 || first?.lastOffset === lastOffset;
  // What was durable is not all there any more: then nothing is taken for granted.
  // Kafka's recovery point may lie within a batch: DeleteRecords moves it to where the log starts now.
  const isPassed = nextOffset > recoveryPoint;
  const isReached =
    nextOffset === recoveryPoint || (!isPassed && end.fault === undefined && end.position < segment.sizeBytes);
  if (!isIndexRight || !isReached) return fromStart;
  indexes.times.truncateTo(recoveryPoint);
  segment.maxTimestamp = indexes.times.last;
  segment.firstTimestampMs = await firstTimestampOf(segment, options.files);
  segment.bytesSinceIndexEntry = end.position - lastPosition;
  const abortedTxns = indexes.abortedTxns.filter((txn) => txn.lastOffset < recoveryPoint);
  return { offset: recoveryPoint, position: end.position, indexes: { ...indexes, abortedTxns } };
}

async function dropSegments(segments: readonly Segment[], options: RecoverOptions): Promise<void> {
  // The newest first: what remains after another crash is a log without a hole.
  for (const segment of [...segments].reverse()) {
    options.logger.warn('a segment behind a bad batch is removed', { path: logPath(segment) });
    for (const path of segmentPaths(segment)) {
      await options.files.forget(path);
      await options.disk.unlink(path);
    }
    // Before the next: a crash must not bring this one back behind a hole.
    await options.disk.syncDirectory(options.directory);
  }
}
