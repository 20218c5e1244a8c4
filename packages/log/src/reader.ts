import type { Offset } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import { BATCH_HEADER_SIZE_BYTES } from '@sluice/protocol/records/batch-header';
import { type BatchInfo, readBatchInfo } from './batch-info.ts';
import { checkBatchFromDisk } from './check-batch.ts';
import { reasonOf } from './failure-reason.ts';
import { type FileCache, withExistingFile } from './file-cache.ts';
import type { IndexLoader } from './index-loader.ts';
import { type Located, locateBatch } from './locate-batch.ts';
import { endOffsetOf, type LogState, lastStableOffset } from './log-state.ts';
import type { ReadOptions, ReadResult } from './partition-log.ts';
import type { ReadBuffers } from './read-buffers.ts';
import { createReadCursors } from './read-cursors.ts';
import { logPath, type Segment } from './segment.ts';

/** One read of a segment; a fetch that wants more comes again. A larger first batch is still read whole. */
const READ_SIZE_BYTES_MAX = 4 * 1024 * 1024;
/** How often a read starts again because the log was truncated or compacted under it. */
const RESTARTS_MAX = 32;

export interface ReaderOptions {
  readonly state: LogState;
  readonly files: FileCache;
  readonly indexes: IndexLoader;
  readonly logger: Logger;
  /** Shared by the logs of a data directory. */
  readonly readBuffers: ReadBuffers;
}

interface TakeLimits {
  /** Only batches that end below it. */
  readonly bound: Offset;
  readonly sizeBytesMax: number;
  readonly enoughAt: Offset | undefined;
}

export type Read = (offset: Offset, options: ReadOptions) => ReadResult | Promise<ReadResult>;

const NOTHING: ReadResult = { kind: 'batches', buffers: [], sizeBytes: 0 };

/** Reads whole batches: from the tail cache without copies, else from one segment's file by one read. */
export function createReader({ state, files, indexes, logger, readBuffers }: ReaderOptions): Read {
  const cursors = createReadCursors();

  function read(offset: Offset, options: ReadOptions): ReadResult | Promise<ReadResult> {
    if (state.failure !== undefined && !state.failure.isDiskFull) return failed(state.failure.reason);
    if (offset < state.logStartOffset || offset > state.logEndOffset) return { kind: 'out-of-range' };
    const bound = upperBound(options);
    if (offset >= bound) return NOTHING;
    const cached = state.tail.read(offset, { bound, maxBytes: options.maxBytes, minOneBatch: options.minOneBatch });
    return cached === undefined ? readFromDisk(offset, options) : { kind: 'batches', ...cached };
  }

  function upperBound(options: ReadOptions): Offset {
    switch (options.upTo) {
      case 'high-watermark':
        return state.highWatermark;
      case 'last-stable':
        return lastStableOffset(state);
      case 'log-end':
        return state.writtenOffset;
    }
  }

  async function readFromDisk(offset: Offset, options: ReadOptions): Promise<ReadResult> {
    for (let attempt = 0; attempt < RESTARTS_MAX; attempt++) {
      await state.swapping;
      const { truncations } = state;
      let result: ReadResult;
      try {
        result = await readOnce(offset, options);
      } catch (error) {
        result = failed(reasonOf(error));
      }
      if (offset < state.logStartOffset) return { kind: 'out-of-range' };
      if (truncations !== state.truncations) continue;
      if (result.kind === 'failed') {
        logger.error('read failed', { path: state.directory, offset, reason: result.reason });
      }
      return result;
    }
    return failed('the log was cut or compacted again and again during the read');
  }

  async function readOnce(offset: Offset, options: ReadOptions): Promise<ReadResult> {
    const bound = upperBound(options);
    const located = cursors.take(offset, state) ?? (await locateBatch(offset, state, files, indexes));
    if (located === undefined) return NOTHING;
    if (typeof located === 'string') return failed(located);
    return withExistingFile(files, logPath(located.segment), async (file) => {
      const { segment, position } = located;
      const end = segment.writtenSizeBytes;
      const wanted = Math.min(options.maxBytes, READ_SIZE_BYTES_MAX);
      // The next header comes along: it tells whether the last batch's offsets can be right.
      const readSizeBytes = Math.min(
        end - position,
        Math.max(wanted, BATCH_HEADER_SIZE_BYTES) + BATCH_HEADER_SIZE_BYTES,
      );
      const taken = readBuffers.take(readSizeBytes);
      let buffer = taken.buffer.subarray(0, readSizeBytes);
      let filled = await file.read(buffer, position);
      const first = readBatchInfo(buffer.subarray(0, filled), 0, position);
      if (typeof first === 'string') return corrupt(segment, position, first);
      if (first.sizeBytes > wanted) {
        if (!options.minOneBatch) return NOTHING;
        if (position + first.sizeBytes > end) return corrupt(segment, position, 'the file ends within a batch');
        const larger = Buffer.allocUnsafeSlow(Math.min(end - position, first.sizeBytes + BATCH_HEADER_SIZE_BYTES));
        buffer.copy(larger, 0, 0, filled);
        filled += await file.read(larger.subarray(filled), position + filled);
        buffer = larger;
      }
      const limits = { bound, sizeBytesMax: Math.max(wanted, first.sizeBytes), enoughAt: options.enoughAt };
      const result = takeBatches(buffer.subarray(0, filled), located, limits);
      return result.kind === 'batches' ? { ...result, release: taken.release } : result;
    });
  }

  /** The whole, good batches at the buffer's start, within the limits. */
  function takeBatches(buffer: Buffer, located: Located, { bound, sizeBytesMax, enoughAt }: TakeLimits): ReadResult {
    const { segment, position } = located;
    const endOffset = endOffsetOf(segment, state);
    let at = 0;
    let previous: BatchInfo | undefined;
    while (at + BATCH_HEADER_SIZE_BYTES <= buffer.length) {
      const batch = readBatchInfo(buffer, at, position + at);
      const minOffset = previous === undefined ? located.minOffset : previous.lastOffset + 1;
      const fault = typeof batch === 'string' ? batch : checkOrder(batch, minOffset, endOffset);
      if (typeof batch === 'string' || fault !== undefined) {
        // Good batches before it are served; the next read starts here and says what is wrong.
        if (previous !== undefined && at > 0 && typeof batch === 'string') break;
        return corrupt(segment, position + at, fault ?? 'bad header');
      }
      if (batch.lastOffset >= bound) break;
      if (at + batch.sizeBytes > Math.min(sizeBytesMax, buffer.length)) {
        if (previous !== undefined) break;
        // What reads as nothing is taken for a gap that compaction left.
        return corrupt(segment, position, 'the file ends within a batch');
      }
      const damage = checkBatchFromDisk(buffer, at, batch, state.epochs, isChecked(segment, position + at));
      if (damage !== undefined) {
        if (previous !== undefined) break;
        return corrupt(segment, position + at, damage);
      }
      previous = batch;
      if (segment.checkedHeadBytes === position + at) segment.checkedHeadBytes += batch.sizeBytes;
      at += batch.sizeBytes;
      if (enoughAt !== undefined && batch.lastOffset >= enoughAt) break;
    }
    if (previous === undefined) return NOTHING;
    cursors.put(
      previous.lastOffset + 1,
      { segment, position: position + at, minOffset: previous.lastOffset + 1 },
      state,
    );
    return { kind: 'batches', buffers: [buffer.subarray(0, at)], sizeBytes: at };
  }

  function corrupt(segment: Segment, position: number, fault: string): ReadResult {
    return failed(`${logPath(segment)} is corrupt at ${position}: ${fault}`);
  }

  return read;
}

/** Offsets rise, and end before the next segment and the end of the log. */
function checkOrder(batch: BatchInfo, minOffset: Offset, endOffset: Offset): string | undefined {
  if (batch.baseOffset >= minOffset && batch.lastOffset < endOffset) return undefined;
  return `offsets ${batch.baseOffset} to ${batch.lastOffset} between ${minOffset} and ${endOffset}`;
}

/** Its bytes were right once since the log was opened; who reads them again has the batch's CRC to check. */
function isChecked(segment: Segment, position: number): boolean {
  return position < segment.checkedHeadBytes || position >= segment.checkedTailBytes;
}

function failed(reason: string): ReadResult {
  return { kind: 'failed', reason };
}
