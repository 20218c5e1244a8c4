import { putInt64 } from '@sluice/protocol/int64';
import { crc32c } from '@sluice/protocol/records/crc32c';
import { readInt64 } from '@sluice/protocol/records/int64';
import { lastSequenceOf, type ProducerEntry } from './producer-entry.ts';

/*
 * Kafka's `.snapshot` (message ProducerSnapshot, version 1, not flexible): version int16, CRC-32C uint32 of all that
 * follows it, entry count int32, then fixed-size entries. Written here by hand because its length is checked as a whole.
 */
const VERSION = 1;
const CRC_AT = 2;
const CHECKED_FROM = 6;
const ENTRIES_FROM = 10;
const ENTRY_SIZE_BYTES = 46;

export function encodeProducerSnapshot(entries: Iterable<ProducerEntry>): Buffer {
  const all = [...entries];
  const content = Buffer.allocUnsafe(ENTRIES_FROM + all.length * ENTRY_SIZE_BYTES);
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
  content.writeUInt32BE(crc32c(content, CHECKED_FROM), CRC_AT);
  return content;
}

/** A text says what is wrong with the file. */
export function decodeProducerSnapshot(content: Buffer): ProducerEntry[] | string {
  if (content.length < ENTRIES_FROM) return `${content.length} bytes hold no snapshot`;
  const version = content.readInt16BE(0);
  if (version !== VERSION) return `snapshot version ${version}`;
  if (crc32c(content, CHECKED_FROM) !== content.readUInt32BE(CRC_AT)) return 'the CRC-32C does not match';
  const count = content.readInt32BE(CHECKED_FROM);
  if (content.length !== ENTRIES_FROM + count * ENTRY_SIZE_BYTES) return `${count} entries do not fit the file`;
  const entries: ProducerEntry[] = [];
  for (let at = ENTRIES_FROM; at < content.length; at += ENTRY_SIZE_BYTES) entries.push(decodeEntry(content, at));
  return entries;
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
