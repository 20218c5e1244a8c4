import type { AcquiredRecords, BatchSpan } from '@sluice/coordinator/share-partition/acquire';
import type { Offset } from '@sluice/kernel/ids';
import type { ReadOptions } from '@sluice/log/partition-log';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { baseOffset, batchSizeBytes, lastOffset } from '@sluice/protocol/records/batch-header';
import { type FetchedPartition, fetchPartition } from '../fetch/fetch-partition.ts';
import { checkReadable } from '../partitions/hosted-partition.ts';
import { abortedSpans } from './aborted-spans.ts';
import type { LiveSharePartition } from './live-share-partition.ts';

/** What was read of a partition for a member to acquire from. */
export interface SharedRead {
  readonly fetchOffset: Offset;
  readonly errorCode: number;
  readonly batches: readonly SharedBatch[];
  /** Of aborted transactions, where the group wants committed records only. */
  readonly aborted: readonly BatchSpan[];
  readonly sizeBytes: number;
  /** More could be read, but is not wanted. */
  readonly isFull: boolean;
  /** Nothing is there, though the log ends only here: compaction took it. */
  readonly missingUpTo: Offset | undefined;
  /** The buffers are not looked at any more. */
  release(): void;
}

export interface SharedBatch extends BatchSpan {
  readonly buffer: Buffer;
  readonly position: number;
  readonly sizeBytes: number;
}

export interface SharedReadLimits {
  readonly recordCountMax: number;
  readonly sizeBytesMax: number;
}

/** A read of fewer bytes is hardly cheaper. */
const CHUNK_SIZE_BYTES_MIN = 16 * 1_024;
/** Above what was seen lately, and by a record batch, so that one read mostly does. */
const CHUNK_MARGIN = 1.05;

/**
 * Reads from the first record on that could be acquired: about as much as is wanted, and as the group's limit lets be had,
 * since all that may be sent would be far more than a member takes at once. A promise only if it comes from disk.
 */
export function readShared(live: LiveSharePartition, wanted: SharedReadLimits): SharedRead | Promise<SharedRead> {
  const fetchOffset = live.state.nextFetchOffset();
  const recordCountMax = Math.min(wanted.recordCountMax, live.state.acquirableCountMax());
  const limits = { ...wanted, recordCountMax };
  const endOffset = live.endOffset();
  const reading: Reading = {
    live,
    limits,
    fetchOffset,
    endOffset,
    batches: [],
    aborted: [],
    releases: [],
    sizeBytes: 0,
  };
  return readOn(reading);
}

interface Reading {
  readonly live: LiveSharePartition;
  readonly limits: SharedReadLimits;
  readonly fetchOffset: Offset;
  /** Where the log ended before it was read. */
  readonly endOffset: Offset;
  readonly batches: SharedBatch[];
  readonly aborted: BatchSpan[];
  readonly releases: (() => void)[];
  sizeBytes: number;
}

function readOn(reading: Reading): SharedRead | Promise<SharedRead> {
  for (;;) {
    const fetched = readChunk(reading);
    if (fetched instanceof Promise) return fetched.then((settled) => take(reading, settled) ?? readOn(reading));
    const done = take(reading, fetched);
    if (done !== undefined) return done;
  }
}

function readChunk({ live, limits, fetchOffset, batches, sizeBytes }: Reading) {
  const { hosted, bytesPerRecord } = live;
  const from = (batches.at(-1)?.lastOffset ?? fetchOffset - 1) + 1;
  const wantedCount = fetchOffset + limits.recordCountMax - from;
  const aboutBytes = Math.ceil(wantedCount * bytesPerRecord * CHUNK_MARGIN) + live.batchSizeBytes;
  const wantedBytes = Math.max(CHUNK_SIZE_BYTES_MIN, aboutBytes);
  const { topic, topicId, partition } = hosted;
  const target = { topic, topicId, partition, fetchOffset: from, currentLeaderEpoch: -1, lastFetchedEpoch: -1 };
  const options: ReadOptions = {
    maxBytes: Math.min(wantedBytes, limits.sizeBytesMax - sizeBytes),
    minOneBatch: batches.length === 0,
    upTo: live.settings().isCommittedOnly ? 'last-stable' : 'high-watermark',
    // The next read begins right there, and the log knows where that is.
    enoughAt: fetchOffset + limits.recordCountMax - 1,
  };
  return fetchPartition({ ...target, maxBytes: options.maxBytes }, checkReadable(hosted, -1), options);
}

/** `undefined`: more is wanted, and may be there. */
function take(reading: Reading, { data, sizeBytes, release }: FetchedPartition): SharedRead | undefined {
  const { live, limits, fetchOffset, batches } = reading;
  if (data.errorCode !== ErrorCode.NONE && batches.length === 0) return done(reading, data.errorCode, false);
  if (release !== undefined) reading.releases.push(release);
  const before = batches.length;
  for (const buffer of data.records as readonly Buffer[]) addBatches(buffer, batches);
  const fresh = batches.slice(before);
  const last = fresh.at(-1);
  if (last === undefined) return done(reading, ErrorCode.NONE, false);
  if (data.abortedTransactions) {
    for (const span of abortedSpans(fresh, data.abortedTransactions)) reading.aborted.push(span);
  }
  reading.sizeBytes += sizeBytes;
  const readCount = last.lastOffset - fetchOffset + 1;
  live.bytesPerRecord = Math.max(1, reading.sizeBytes / Math.max(1, readCount));
  live.batchSizeBytes = last.sizeBytes;
  if (readCount >= limits.recordCountMax || reading.sizeBytes >= limits.sizeBytesMax) {
    return done(reading, ErrorCode.NONE, true);
  }
  return last.lastOffset + 1 < live.endOffset() ? undefined : done(reading, ErrorCode.NONE, false);
}

function done(
  { fetchOffset, endOffset, batches, aborted, sizeBytes, releases }: Reading,
  errorCode: number,
  isFull: boolean,
): SharedRead {
  return {
    fetchOffset,
    errorCode,
    batches,
    aborted,
    sizeBytes,
    isFull,
    missingUpTo: batches.length === 0 && errorCode === ErrorCode.NONE ? endOffset : undefined,
    release() {
      for (const release of releases.splice(0)) release();
    },
  };
}

function addBatches(buffer: Buffer, batches: SharedBatch[]): void {
  for (let position = 0; position < buffer.length; ) {
    const sizeBytes = batchSizeBytes(buffer, position);
    const firstOffset = baseOffset(buffer, position);
    batches.push({ firstOffset, lastOffset: lastOffset(buffer, position), buffer, position, sizeBytes });
    position += sizeBytes;
  }
}

/** The record batches from the first acquired record to the last, by reference. */
export function sliceAcquired(batches: readonly SharedBatch[], acquired: readonly AcquiredRecords[]): Buffer[] {
  const firstOffset = acquired[0]?.firstOffset ?? 0;
  const upTo = acquired.at(-1)?.lastOffset ?? -1;
  const buffers: Buffer[] = [];
  let run: { readonly buffer: Buffer; readonly from: number; to: number } | undefined;
  const flush = () => {
    if (run !== undefined) buffers.push(run.buffer.subarray(run.from, run.to));
  };
  for (const { buffer, position, sizeBytes, ...span } of batches) {
    if (span.lastOffset < firstOffset || span.firstOffset > upTo) continue;
    if (run?.buffer === buffer && run.to === position) {
      run.to += sizeBytes;
      continue;
    }
    flush();
    run = { buffer, from: position, to: position + sizeBytes };
  }
  flush();
  return buffers;
}
