import type { Offset } from '@sluice/kernel/ids';
import { createEntryBuffer } from './entry-buffer.ts';

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
  const entries = createEntryBuffer(OFFSET_INDEX_ENTRY_SIZE_BYTES, content);
  const offsetAt = (index: number) => baseOffset + entries.memory.readInt32BE(index * OFFSET_INDEX_ENTRY_SIZE_BYTES);
  const positionAt = (index: number) => entries.memory.readInt32BE(index * OFFSET_INDEX_ENTRY_SIZE_BYTES + 4);

  /** How many entries are at or below `offset`. */
  function countUpTo(offset: Offset): number {
    let low = 0;
    let high = entries.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (offsetAt(middle) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    get entryCount() {
      return entries.count;
    },
    get lastOffset() {
      return entries.count === 0 ? baseOffset : offsetAt(entries.count - 1);
    },
    get lastPosition() {
      return entries.count === 0 ? 0 : positionAt(entries.count - 1);
    },
    append(batchLastOffset, position) {
      const start = entries.grow();
      entries.memory.writeInt32BE(batchLastOffset - baseOffset, start);
      entries.memory.writeInt32BE(position, start + 4);
    },
    lookup(offset) {
      const count = countUpTo(offset);
      if (count === 0) return { position: 0, batchLastOffset: undefined };
      return { position: positionAt(count - 1), batchLastOffset: offsetAt(count - 1) };
    },
    truncateTo: (offset) => entries.truncateTo(countUpTo(offset - 1)),
    bytes: entries.bytes,
  };
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
