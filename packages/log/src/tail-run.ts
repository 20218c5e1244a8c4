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
  return new BatchesInBuffer(buffer, baseOffset, lastOffset);
}

/** A class, since every log that is written to has some: see docs/decisions/parts-of-a-log.md. */
class BatchesInBuffer implements TailRun {
  readonly baseOffset: Offset;
  readonly lease: Lease | undefined;
  readonly memorySizeBytes: number;
  readonly #buffer: Buffer;
  /** Of each batch: its last offset, and where it ends in the buffer. */
  readonly #lastOffsets: Offset[] = [];
  readonly #ends: number[] = [];

  constructor(buffer: Buffer, baseOffset: Offset, lastOffset: Offset | undefined) {
    this.#buffer = buffer;
    this.baseOffset = baseOffset;
    this.lease = leaseOf(buffer);
    const batchCountMax = lastOffset === undefined ? Math.ceil(buffer.length / BATCH_SIZE_BYTES_MIN) : 1;
    this.memorySizeBytes = buffer.length + RUN_OVERHEAD_SIZE_BYTES + batchCountMax * BATCH_OVERHEAD_SIZE_BYTES;
    if (lastOffset === undefined) return;
    this.#lastOffsets.push(lastOffset);
    this.#ends.push(buffer.length);
  }

  get lastOffset(): Offset {
    return this.#lastOffsets.at(-1) ?? this.baseOffset - 1;
  }

  add(batch: CachedBatch): Buffer | undefined {
    const start = this.#ends.at(-1) ?? 0;
    const end = start + batch.buffer.length;
    if (end > this.#buffer.length) return undefined;
    batch.buffer.copy(this.#buffer, start);
    this.#lastOffsets.push(batch.lastOffset);
    this.#ends.push(end);
    return this.#buffer.subarray(start, end);
  }

  read(offset: Offset, { bound, maxBytes, minOneBatch }: TailReadOptions) {
    const lastOffsets = this.#lastOffsets;
    const ends = this.#ends;
    const first = this.#find(offset);
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
    return { buffer: this.#buffer.subarray(start, end), isWholeRest: index === ends.length };
  }

  /** Index of the first batch that ends at or after `offset`. */
  #find(offset: Offset): number {
    const lastOffsets = this.#lastOffsets;
    let low = 0;
    let high = lastOffsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((lastOffsets[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
