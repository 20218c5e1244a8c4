import type { Offset } from '@sluice/kernel/ids';
import { createEntryBuffer, type EntryBuffer } from './entry-buffer.ts';

/** Relative offset int32, position int32. */
export const OFFSET_INDEX_ENTRY_SIZE_BYTES = 8;

/**
 * Kafka's sparse offset index of one segment: an entry names the last offset of a batch and where that batch starts.
 * A corrupt entry can only cost time, never a wrong answer: whoever uses one checks it against the batch it names.
 */
export interface OffsetIndex {
  readonly entryCount: number;
  /** Last offset of the last indexed batch, or the segment's base offset. */
  readonly lastOffset: Offset;
  readonly lastPosition: number;
  append(batchLastOffset: Offset, position: number): void;
  /** The last entry at or below `offset`; without one, the segment's start. */
  lookup(offset: Offset): OffsetIndexEntry;
  /** Drops the entries at or above `offset`. */
  truncateTo(offset: Offset): void;
  bytes(firstEntry?: number): Buffer;
}

export interface OffsetIndexEntry {
  readonly position: number;
  /** `undefined`: no entry, the position is the segment's start. */
  readonly batchLastOffset: Offset | undefined;
}

export function createOffsetIndex(baseOffset: Offset, content?: Buffer): OffsetIndex {
  return new SegmentOffsetIndex(baseOffset, content);
}

class SegmentOffsetIndex implements OffsetIndex {
  readonly #baseOffset: Offset;
  readonly #entries: EntryBuffer;

  constructor(baseOffset: Offset, content: Buffer | undefined) {
    this.#baseOffset = baseOffset;
    this.#entries = createEntryBuffer(OFFSET_INDEX_ENTRY_SIZE_BYTES, content);
  }

  get entryCount(): number {
    return this.#entries.count;
  }

  get lastOffset(): Offset {
    const { count } = this.#entries;
    return count === 0 ? this.#baseOffset : this.#offsetAt(count - 1);
  }

  get lastPosition(): number {
    const { count } = this.#entries;
    return count === 0 ? 0 : this.#positionAt(count - 1);
  }

  append(batchLastOffset: Offset, position: number): void {
    const start = this.#entries.grow();
    this.#entries.memory.writeInt32BE(batchLastOffset - this.#baseOffset, start);
    this.#entries.memory.writeInt32BE(position, start + 4);
  }

  lookup(offset: Offset): OffsetIndexEntry {
    const count = this.#countUpTo(offset);
    if (count === 0) return { position: 0, batchLastOffset: undefined };
    return { position: this.#positionAt(count - 1), batchLastOffset: this.#offsetAt(count - 1) };
  }

  truncateTo(offset: Offset): void {
    this.#entries.truncateTo(this.#countUpTo(offset - 1));
  }

  bytes(firstEntry?: number): Buffer {
    return this.#entries.bytes(firstEntry);
  }

  #offsetAt(index: number): Offset {
    return this.#baseOffset + this.#entries.memory.readInt32BE(index * OFFSET_INDEX_ENTRY_SIZE_BYTES);
  }

  #positionAt(index: number): number {
    return this.#entries.memory.readInt32BE(index * OFFSET_INDEX_ENTRY_SIZE_BYTES + 4);
  }

  /** How many entries are at or below `offset`. */
  #countUpTo(offset: Offset): number {
    let low = 0;
    let high = this.#entries.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#offsetAt(middle) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * How many leading entries of an index file can be right: offsets and positions rise and stay within the segment.
 * Kafka preallocates the file of an active segment, so zeros after them are no fault; `isWhole` says that nothing else
 * follows.
 */
export function checkOffsetIndex(content: Buffer, logSizeBytes: number): { entryCount: number; isWhole: boolean } {
  let previousOffset = -1;
  let previousPosition = -1;
  let entryCount = 0;
  for (let at = 0; at + OFFSET_INDEX_ENTRY_SIZE_BYTES <= content.length; at += OFFSET_INDEX_ENTRY_SIZE_BYTES) {
    const offset = content.readInt32BE(at);
    const position = content.readInt32BE(at + 4);
    if (offset <= previousOffset || position <= previousPosition || position >= logSizeBytes) break;
    if (offset === 0 && position === 0) break;
    previousOffset = offset;
    previousPosition = position;
    entryCount++;
  }
  return { entryCount, isWhole: isZero(content, entryCount * OFFSET_INDEX_ENTRY_SIZE_BYTES) };
}

/** Whether only zeros follow `from`. */
export function isZero(content: Buffer, from: number): boolean {
  for (let at = from; at < content.length; at++) if (content[at] !== 0) return false;
  return true;
}
