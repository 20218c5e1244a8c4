import { assert } from '@sluice/kernel/assert';
import type { Disk, DiskFile } from '@sluice/kernel/disk';
import type { Offset, TimestampMs } from '@sluice/kernel/ids';
import { isBatchError } from '@sluice/protocol/records/batch-error';
import {
  baseTimestamp,
  hasDeleteHorizon,
  isControlBatch,
  isTransactional,
  producerEpoch,
  producerId,
} from '@sluice/protocol/records/batch-header';
import { type BatchInfo, readBatchInfo } from '../batch-info.ts';
import { readEndTxnMarker } from '../end-txn-marker.ts';
import { type FileCache, withExistingFile } from '../file-cache.ts';
import { CLEANED_SUFFIX, REPLACES_SUFFIX } from '../file-names.ts';
import { writeIndexFiles } from '../index-files.ts';
import type { LogState } from '../log-state.ts';
import { addToSegment, createSegment, emptyIndexes, logPath, type Segment, segmentPath } from '../segment.ts';
import { writeWhole } from '../write-whole.ts';
import { type BatchFate, filterBatch } from './filter-batch.ts';
import type { KeyMap } from './key-map.ts';
import { dropCleaned } from './swap-segments.ts';
import type { TransactionFilter } from './transactions.ts';
import { CompactionError, walkInSlices } from './walk-segment.ts';

export interface CleanOptions {
  readonly state: LogState;
  readonly disk: Disk;
  readonly files: FileCache;
  readonly map: KeyMap;
  /** The map has all keys below it. */
  readonly mapEndOffset: Offset;
  /** Where what may be compacted now ends. */
  readonly roundEndOffset: Offset;
  /** Goes with the compaction from its first segment to its last. */
  readonly transactions: TransactionFilter;
  /** See `FilterOptions`. */
  readonly earliestNowMs: TimestampMs;
  readonly latestNowMs: TimestampMs;
  readonly mayGrow: boolean;
  /** Places in a file are 32 bits in the index; more is an `OutputTooLarge`. */
  readonly outputSizeBytesMax: number;
  /** Where the group's segments end: up to there its output takes their place. */
  readonly replacesUpTo: Offset;
  readonly betweenSlices: (sizeBytes: number) => Promise<void>;
}

/** Synced piece by piece: one sync of a whole segment would keep producers' own syncs waiting. */
const SYNC_SIZE_BYTES = 2 * 1024 * 1024;

/** What is kept of a group does not fit into one segment: tombstones got a delete horizon, or codecs another level. */
export class OutputTooLarge extends Error {
  override readonly name = 'OutputTooLarge';
}

/** Writes what compaction keeps of a group of neighbours as one segment, in files named `.cleaned`, durably. */
export async function cleanGroup(group: readonly Segment[], options: CleanOptions): Promise<Segment> {
  const { state, disk, transactions } = options;
  const first = group[0];
  const last = group.at(-1);
  assert(first !== undefined && last !== undefined, 'a group has a segment');
  const { baseOffset, directory } = first;
  // As Kafka: where records have no timestamps of their own, retention goes by when the last of them was written.
  const { createdMs } = last;
  const modifiedMs = (await disk.stat(logPath(last)))?.modifiedMs;
  const indexes = emptyIndexes(baseOffset);
  const cleaned = createSegment({ baseOffset, directory, createdMs, rollJitterMs: 0, indexes });
  await dropCleaned(directory, baseOffset, disk);
  const path = `${logPath(cleaned)}${CLEANED_SUFFIX}`;
  const output = await disk.open(path, 'create');
  let pending: Buffer[] = [];
  let syncedSizeBytes = 0;

  function keep(batch: Buffer): void {
    const info = readBatchInfo(batch, 0, cleaned.sizeBytes);
    assert(typeof info !== 'string', 'compaction writes good batches');
    if (cleaned.sizeBytes + info.sizeBytes > options.outputSizeBytesMax) throw new OutputTooLarge(logPath(cleaned));
    addToSegment(cleaned, indexes, info, state.config);
    pending.push(batch);
  }

  async function flush(readSizeBytes: number): Promise<void> {
    const written = pending.reduce((total, { length }) => total + length, 0);
    if (written > 0) await output.writev(pending, cleaned.sizeBytes - written);
    pending = [];
    if (cleaned.sizeBytes - syncedSizeBytes >= SYNC_SIZE_BYTES) {
      syncedSizeBytes = cleaned.sizeBytes;
      await output.sync();
    }
    await options.betweenSlices(readSizeBytes + written);
  }

  try {
    for (const segment of group) {
      await withExistingFile(options.files, logPath(segment), (file) =>
        cleanSegment(file, segment, options, keep, flush),
      );
    }
    indexes.abortedTxns.push(...transactions.takeKept());
    if (cleaned.maxTimestamp !== undefined) indexes.times.appendIfLarger(cleaned.maxTimestamp);
    // All at the same time: a file system's journal commits once for them, and producers' syncs wait for those commits.
    await Promise.all([
      output.sync(),
      writeIndexFiles(disk, cleaned, indexes, CLEANED_SUFFIX),
      writeWhole(disk, `${segmentPath(cleaned, REPLACES_SUFFIX)}${CLEANED_SUFFIX}`, String(options.replacesUpTo)),
    ]);
  } finally {
    await output.close();
  }
  if (modifiedMs !== undefined) await disk.setModified(path, modifiedMs);
  cleaned.writtenSizeBytes = cleaned.sizeBytes;
  cleaned.checkedHeadBytes = cleaned.sizeBytes;
  cleaned.indexes = undefined;
  return cleaned;
}

async function cleanSegment(
  file: DiskFile,
  segment: Segment,
  options: CleanOptions,
  keep: (batch: Buffer) => void,
  flush: (readSizeBytes: number) => Promise<void>,
): Promise<void> {
  const { map, mapEndOffset, state } = options;
  const filterOptions = {
    earliestNowMs: options.earliestNowMs,
    latestNowMs: options.latestNowMs,
    mayGrow: options.mayGrow,
    deleteRetentionMs: state.config.deleteRetentionMs,
    mapEndOffset,
    latestOffset: (cursor: { payload: Buffer; keyStart: number; keySizeBytes: number }) =>
      map.offsetOf(cursor.payload, cursor.keyStart, cursor.keySizeBytes),
  };
  await walkInSlices(
    file,
    segment.writtenSizeBytes,
    (batch, buffer, at) => {
      const filtered = filterBatch(buffer, at, { ...filterOptions, fate: fateOf(batch, buffer, at, options) });
      if (isBatchError(filtered)) throw new CompactionError(`${file.path}: ${filtered.message}`);
      // A view: it is written before the walk reads the next batches over it.
      if (filtered.kind === 'kept') keep(buffer.subarray(at, at + batch.sizeBytes));
      else if (filtered.kind === 'rewritten') keep(filtered.batch);
      return 'next';
    },
    flush,
  );
}

function fateOf(batch: BatchInfo, buffer: Buffer, at: number, options: CleanOptions): BatchFate {
  const { state, transactions, earliestNowMs } = options;
  const id = producerId(buffer, at);
  // Who reads to the end must get there, also when nothing comes behind it.
  const isEndOfRound = batch.lastOffset + 1 === options.roundEndOffset;
  const isKeptEmpty =
    isEndOfRound ||
    (id >= 0 && isLastOfProducer(state, id, producerEpoch(buffer, at), batch, isControlBatch(buffer, at)));
  if (!isControlBatch(buffer, at)) {
    const isDiscarded = isTransactional(buffer, at) && transactions.onBatch(id, batch.lastOffset);
    return { isDiscarded, isKeptEmpty, isEmptyTransactionsMarker: false };
  }
  const marker = readEndTxnMarker(buffer, at);
  const isEmpty = marker !== undefined && transactions.onMarker(id, batch.baseOffset, marker.isAbort);
  const isPast = hasDeleteHorizon(buffer, at) && baseTimestamp(buffer, at) <= earliestNowMs;
  return { isDiscarded: isEmpty && isPast, isKeptEmpty, isEmptyTransactionsMarker: isEmpty };
}

/** Its sequence, or for a marker its epoch, is what a producer's state would be rebuilt from. */
function isLastOfProducer(state: LogState, id: number, epoch: number, batch: BatchInfo, isControl: boolean): boolean {
  const entry = state.producers.get(id);
  if (entry === undefined) return false;
  const last = entry.batches.at(-1);
  return last === undefined ? isControl && epoch === entry.producerEpoch : batch.lastOffset === last.lastOffset;
}
