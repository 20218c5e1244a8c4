import type { Offset } from '@sluice/kernel/ids';
import { putInt64 } from '@sluice/protocol/int64';
import { crc32c } from '@sluice/protocol/records/crc32c';
import { readInt64 } from '@sluice/protocol/records/int64';
import { CACHED_BATCHES_MAX, lastSequenceOf, type ProducerBatch, type ProducerEntry } from './producer-entry.ts';

/*
 * Kafka's `.snapshot` (message ProducerSnapshot, version 1, not flexible): version int16, CRC-32C uint32 of all that
 * follows it, entry count int32, then fixed-size entries. Written here by hand because its length is checked as a whole.
 *
 * Kafka's entry has a producer's last batch only, so that its retries from before a restart (up to 5 in flight) are taken
 * for gaps. What we know of earlier batches stands behind the entries, where Kafka's reader does not look: marker int32,
 * count int32, then of each batch producer id int64, last sequence int32, last offset int64, offset delta int32,
 * timestamp int64. Behind these, of a state that was built past batches that could not be read: marker int32, and the
 * offset below which these are, int64.
 */
const VERSION = 1;
const CRC_AT = 2;
const CHECKED_FROM = 6;
const ENTRIES_FROM = 10;
const ENTRY_SIZE_BYTES = 46;
/** "SLUI" */
const EARLIER_MARKER = 0x534c5549;
const EARLIER_HEADER_SIZE_BYTES = 8;
const EARLIER_BATCH_SIZE_BYTES = 32;
/** "SLUU" */
const UNCERTAIN_MARKER = 0x534c5555;
const UNCERTAIN_SIZE_BYTES = 12;

export interface ProducerSnapshot {
  readonly entries: ProducerEntry[];
  /** See `ProducerState`. */
  readonly uncertainBelow: Offset;
}

export function encodeProducerSnapshot(entries: Iterable<ProducerEntry>, uncertainBelow: Offset): Buffer {
  const all = [...entries];
  const earlier = all.flatMap(({ producerId, batches }) =>
    batches.slice(0, -1).map((batch) => ({ producerId, batch })),
  );
  const earlierAt = ENTRIES_FROM + all.length * ENTRY_SIZE_BYTES;
  const earlierSizeBytes =
    earlier.length === 0 ? 0 : EARLIER_HEADER_SIZE_BYTES + earlier.length * EARLIER_BATCH_SIZE_BYTES;
  const uncertainAt = earlierAt + earlierSizeBytes;
  const content = Buffer.allocUnsafe(uncertainAt + (uncertainBelow > 0 ? UNCERTAIN_SIZE_BYTES : 0));
  content.writeInt16BE(VERSION, 0);
  content.writeInt32BE(all.length, CHECKED_FROM);
  all.forEach((entry, index) => {
    const at = ENTRIES_FROM + index * ENTRY_SIZE_BYTES;
    const last = entry.batches.at(-1);
    putInt64(content, at, entry.producerId);
    content.writeInt16BE(entry.producerEpoch, at + 8);
    content.writeInt32BE(lastSequenceOf(entry), at + 10);
    putInt64(content, at + 14, last?.lastOffset ?? -1);
    content.writeInt32BE(last?.offsetDelta ?? 0, at + 22);
    putInt64(content, at + 26, entry.lastTimestampMs);
    content.writeInt32BE(entry.coordinatorEpoch, at + 34);
    putInt64(content, at + 38, entry.currentTxnFirstOffset);
  });
  if (earlier.length > 0) encodeEarlier(content, earlierAt, earlier);
  if (uncertainBelow > 0) {
    content.writeInt32BE(UNCERTAIN_MARKER, uncertainAt);
    putInt64(content, uncertainAt + 4, uncertainBelow);
  }
  content.writeUInt32BE(crc32c(content, CHECKED_FROM), CRC_AT);
  return content;
}

function encodeEarlier(
  content: Buffer,
  start: number,
  earlier: readonly { readonly producerId: number; readonly batch: ProducerBatch }[],
): void {
  content.writeInt32BE(EARLIER_MARKER, start);
  content.writeInt32BE(earlier.length, start + 4);
  for (const [index, { producerId, batch }] of earlier.entries()) {
    const at = start + EARLIER_HEADER_SIZE_BYTES + index * EARLIER_BATCH_SIZE_BYTES;
    putInt64(content, at, producerId);
    content.writeInt32BE(batch.lastSequence, at + 8);
    putInt64(content, at + 12, batch.lastOffset);
    content.writeInt32BE(batch.offsetDelta, at + 20);
    putInt64(content, at + 24, batch.timestampMs);
  }
}

/** A text says what is wrong with the file. */
export function decodeProducerSnapshot(content: Buffer): ProducerSnapshot | string {
  if (content.length < ENTRIES_FROM) return `${content.length} bytes hold no snapshot`;
  const version = content.readInt16BE(0);
  if (version !== VERSION) return `snapshot version ${version}`;
  if (crc32c(content, CHECKED_FROM) !== content.readUInt32BE(CRC_AT)) return 'the CRC-32C does not match';
  const count = content.readInt32BE(CHECKED_FROM);
  const end = ENTRIES_FROM + count * ENTRY_SIZE_BYTES;
  if (count < 0 || end > content.length) return `${count} entries do not fit the file`;
  const entries: ProducerEntry[] = [];
  for (let at = ENTRIES_FROM; at < end; at += ENTRY_SIZE_BYTES) entries.push(decodeEntry(content, at));
  const earlierEnd = addEarlier(entries, content, end);
  const uncertainBelow = earlierEnd === undefined ? undefined : decodeUncertain(content, earlierEnd);
  if (uncertainBelow === undefined) return `${content.length - end} bytes behind the entries are not ours`;
  return { entries, uncertainBelow };
}

/** Puts earlier batches in front of their producers' last ones, and returns where they end. */
function addEarlier(entries: readonly ProducerEntry[], content: Buffer, start: number): number | undefined {
  const from = start + EARLIER_HEADER_SIZE_BYTES;
  if (from > content.length || content.readInt32BE(start) !== EARLIER_MARKER) return start;
  const end = from + content.readInt32BE(start + 4) * EARLIER_BATCH_SIZE_BYTES;
  if (end < from || end > content.length) return undefined;
  const byProducer = new Map(entries.map((entry) => [entry.producerId, entry]));
  for (let at = from; at < end; at += EARLIER_BATCH_SIZE_BYTES) {
    const entry = byProducer.get(readInt64(content, at));
    if (entry === undefined || entry.batches.length === 0 || entry.batches.length === CACHED_BATCHES_MAX) {
      return undefined;
    }
    const batch = {
      lastSequence: content.readInt32BE(at + 8),
      lastOffset: readInt64(content, at + 12),
      offsetDelta: content.readInt32BE(at + 20),
      timestampMs: readInt64(content, at + 24),
    };
    entry.batches.splice(-1, 0, batch);
  }
  return end;
}

/** What ends the file; `undefined` if that is something else. */
function decodeUncertain(content: Buffer, at: number): Offset | undefined {
  if (at === content.length) return 0;
  const isOurs = at + UNCERTAIN_SIZE_BYTES === content.length && content.readInt32BE(at) === UNCERTAIN_MARKER;
  return isOurs ? readInt64(content, at + 4) : undefined;
}

function decodeEntry(content: Buffer, at: number): ProducerEntry {
  const lastOffset = readInt64(content, at + 14);
  const timestampMs = readInt64(content, at + 26);
  const batch = {
    lastSequence: content.readInt32BE(at + 10),
    lastOffset,
    offsetDelta: content.readInt32BE(at + 22),
    timestampMs,
  };
  return {
    producerId: readInt64(content, at),
    producerEpoch: content.readInt16BE(at + 8),
    coordinatorEpoch: content.readInt32BE(at + 34),
    lastTimestampMs: timestampMs,
    currentTxnFirstOffset: Math.max(-1, readInt64(content, at + 38)),
    batches: lastOffset >= 0 ? [batch] : [],
  };
}
