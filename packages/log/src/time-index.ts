import type { Offset, TimestampMs } from '@sluice/kernel/ids';
import { putInt64 } from '@sluice/protocol/int64';
import { readInt64 } from '@sluice/protocol/records/int64';
import { createEntryBuffer, type EntryBuffer } from './entry-buffer.ts';
import { isZero } from './offset-index.ts';

/** Timestamp int64, relative offset int32. */
export const TIME_INDEX_ENTRY_SIZE_BYTES = 12;

/** The largest timestamp up to some point of a segment, and the last offset of the first batch that has it. */
export interface TimeIndexEntry {
  readonly timestampMs: TimestampMs;
  readonly batchLastOffset: Offset;
}

/** Kafka's time index of one segment: the running maximum of the batches' timestamps, wherever an offset is indexed. */
export interface TimeIndex {
  readonly entryCount: number;
  readonly last: TimeIndexEntry | undefined;
  /** Adds an entry if the timestamp is larger than the last one's. */
  appendIfLarger(entry: TimeIndexEntry): void;
  /** The last entry whose timestamp is at or below `timestampMs`. */
  lookup(timestampMs: TimestampMs): TimeIndexEntry | undefined;
  /** Drops the entries that name offsets at or above `offset`. */
  truncateTo(offset: Offset): void;
  bytes(firstEntry?: number): Buffer;
}

export function createTimeIndex(baseOffset: Offset, content?: Buffer): TimeIndex {
  return new SegmentTimeIndex(baseOffset, content);
}

class SegmentTimeIndex implements TimeIndex {
  readonly #baseOffset: Offset;
  readonly #entries: EntryBuffer;

  constructor(baseOffset: Offset, content: Buffer | undefined) {
    this.#baseOffset = baseOffset;
    this.#entries = createEntryBuffer(TIME_INDEX_ENTRY_SIZE_BYTES, content);
  }

  get entryCount(): number {
    return this.#entries.count;
  }

  get last(): TimeIndexEntry | undefined {
    return this.#entryAt(this.#entries.count - 1);
  }

  appendIfLarger(entry: TimeIndexEntry): void {
    const { count } = this.#entries;
    const lastTimestampMs = count === 0 ? -1 : this.#timestampAt(count - 1);
    if (entry.timestampMs <= lastTimestampMs) return;
    const start = this.#entries.grow();
    putInt64(this.#entries.memory, start, entry.timestampMs);
    this.#entries.memory.writeInt32BE(entry.batchLastOffset - this.#baseOffset, start + 8);
  }

  lookup(timestampMs: TimestampMs): TimeIndexEntry | undefined {
    return this.#entryAt(this.#countWhile((index) => this.#timestampAt(index) <= timestampMs) - 1);
  }

  truncateTo(offset: Offset): void {
    this.#entries.truncateTo(this.#countWhile((index) => this.#offsetAt(index) < offset));
  }

  bytes(firstEntry?: number): Buffer {
    return this.#entries.bytes(firstEntry);
  }

  #timestampAt(index: number): TimestampMs {
    return readInt64(this.#entries.memory, index * TIME_INDEX_ENTRY_SIZE_BYTES);
  }

  #offsetAt(index: number): Offset {
    return this.#baseOffset + this.#entries.memory.readInt32BE(index * TIME_INDEX_ENTRY_SIZE_BYTES + 8);
  }

  #entryAt(index: number): TimeIndexEntry | undefined {
    if (index < 0) return undefined;
    return { timestampMs: this.#timestampAt(index), batchLastOffset: this.#offsetAt(index) };
  }

  /** How many leading entries satisfy `holds`, which must not become true again once false. */
  #countWhile(holds: (index: number) => boolean): number {
    let low = 0;
    let high = this.#entries.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** As `checkOffsetIndex`: timestamps and offsets rise. */
export function checkTimeIndex(content: Buffer): { entryCount: number; isWhole: boolean } {
  let previousTimestampMs = -1;
  let previousOffset = -1;
  let entryCount = 0;
  for (let at = 0; at + TIME_INDEX_ENTRY_SIZE_BYTES <= content.length; at += TIME_INDEX_ENTRY_SIZE_BYTES) {
    const timestampMs = readInt64(content, at);
    const offset = content.readInt32BE(at + 8);
    if (!(timestampMs > previousTimestampMs) || offset <= previousOffset) break;
    if (timestampMs === 0 && offset === 0) break;
    previousTimestampMs = timestampMs;
    previousOffset = offset;
    entryCount++;
  }
  return { entryCount, isWhole: isZero(content, entryCount * TIME_INDEX_ENTRY_SIZE_BYTES) };
}
