import type { Offset, TimestampMs } from '@sluice/kernel/ids';
import { putInt64 } from '@sluice/protocol/int64';
import { readInt64 } from '@sluice/protocol/records/int64';
import { createEntryBuffer } from './entry-buffer.ts';
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
  const entries = createEntryBuffer(TIME_INDEX_ENTRY_SIZE_BYTES, content);
  const timestampAt = (index: number) => readInt64(entries.memory, index * TIME_INDEX_ENTRY_SIZE_BYTES);
  const offsetAt = (index: number) => baseOffset + entries.memory.readInt32BE(index * TIME_INDEX_ENTRY_SIZE_BYTES + 8);
  const entryAt = (index: number): TimeIndexEntry | undefined =>
    index < 0 ? undefined : { timestampMs: timestampAt(index), batchLastOffset: offsetAt(index) };

  /** How many leading entries satisfy `holds`, which must not become true again once false. */
  function countWhile(holds: (index: number) => boolean): number {
    let low = 0;
    let high = entries.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    get entryCount() {
      return entries.count;
    },
    get last() {
      return entryAt(entries.count - 1);
    },
    appendIfLarger(entry) {
      const lastTimestampMs = entries.count === 0 ? -1 : timestampAt(entries.count - 1);
      if (entry.timestampMs <= lastTimestampMs) return;
      const start = entries.grow();
      putInt64(entries.memory, start, entry.timestampMs);
      entries.memory.writeInt32BE(entry.batchLastOffset - baseOffset, start + 8);
    },
    lookup: (timestampMs) => entryAt(countWhile((index) => timestampAt(index) <= timestampMs) - 1),
    truncateTo: (offset) => entries.truncateTo(countWhile((index) => offsetAt(index) < offset)),
    bytes: entries.bytes,
  };
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
