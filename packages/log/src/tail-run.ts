import type { Offset } from '@sluice/kernel/ids';
import { type Lease, leaseOf } from '@sluice/kernel/lease';
import type { CachedBatch, TailReadOptions } from './tail-cache.ts';

/** What a run costs besides its buffer, and each of its batches. */
const RUN_OVERHEAD_SIZE_BYTES = 512;
const BATCH_OVERHEAD_SIZE_BYTES = 16;
/** Small batches take at least this much of a run each, so that their number is bounded by its size. */
const BATCH_SIZE_BYTES_MIN = 61;

/** Batches of one log side by side in one buffer, in offset order. What is there never changes; more may follow. */
export interface TailRun {
  readonly baseOffset: Offset;
  /** Of its last batch. */
  readonly lastOffset: Offset;
  readonly memorySizeBytes: number;
  /** Of memory that is used again: the cache holds it as long as it has the run, a reader until its answer has left. */
  readonly lease: Lease | undefined;
  /** Copies the batch behind the others and returns the copy; `undefined` if there is no room. */
  add(batch: CachedBatch): Buffer | undefined;
  /** Whole batches from the one that holds `offset`, or from the first if that lies before it. */
  read(offset: Offset, options: TailReadOptions): { buffer: Buffer; isWholeRest: boolean } | undefined;
}

/** With `lastOffset` the buffer is one whole batch already, else it is room for small ones. */
export function createTailRun(buffer: Buffer, baseOffset: Offset, lastOffset?: Offset): TailRun {
  /** Of each batch: its last offset, and where it ends in the buffer. */
  const lastOffsets: Offset[] = [];
  const ends: number[] = [];
  let filled = 0;
  if (lastOffset !== undefined) {
    filled = buffer.length;
    lastOffsets.push(lastOffset);
    ends.push(filled);
  }
  const batchCountMax = lastOffset === undefined ? Math.ceil(buffer.length / BATCH_SIZE_BYTES_MIN) : 1;

  /** Index of the first batch that ends at or after `offset`. */
  function find(offset: Offset): number {
    let low = 0;
    let high = lastOffsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((lastOffsets[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    baseOffset,
    get lastOffset() {
      return lastOffsets.at(-1) ?? baseOffset - 1;
    },
    lease: leaseOf(buffer),
    memorySizeBytes: buffer.length + RUN_OVERHEAD_SIZE_BYTES + batchCountMax * BATCH_OVERHEAD_SIZE_BYTES,
    add(batch) {
      const end = filled + batch.buffer.length;
      if (end > buffer.length) return undefined;
      batch.buffer.copy(buffer, filled);
      const kept = buffer.subarray(filled, end);
      filled = end;
      lastOffsets.push(batch.lastOffset);
      ends.push(end);
      return kept;
    },
    read(offset, { bound, maxBytes, minOneBatch }) {
      const first = find(offset);
      const start = first === 0 ? 0 : (ends[first - 1] ?? 0);
      let end = start;
      let index = first;
      for (; index < ends.length; index++) {
        const batchEnd = ends[index] ?? 0;
        const isAllowed = batchEnd - start <= maxBytes || (index === first && minOneBatch);
        if (!isAllowed || (lastOffsets[index] ?? 0) >= bound) break;
        end = batchEnd;
      }
      if (end === start) return undefined;
      return { buffer: buffer.subarray(start, end), isWholeRest: index === ends.length };
    },
  };
}
