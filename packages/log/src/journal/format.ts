import type { Offset } from '@sluice/kernel/ids';
import { crc32c, crc32cOfAll } from '@sluice/protocol/records/crc32c';

/*
 * A journal is a few plain files `sluice-journal-<slot>.jnl` at the top of a data directory. All numbers are big-endian.
 *
 *   file    = header, then commits, each of which begins at a multiple of SECTOR_SIZE_BYTES
 *   header  = magic "sluicejn" | version u32 | crc u32 | sequence u64 | key 16 bytes | zeros up to SECTOR_SIZE_BYTES
 *             crc: CRC-32C of the header's first 40 bytes without itself
 *   commit  = entries one behind the other, then anything up to the next multiple of SECTOR_SIZE_BYTES
 *   entry   = crc u32 | payload size u32 | key 16 bytes | topic id 16 bytes | partition u32 | kind u32 |
 *             segment's base offset u64 | position in the segment u64 | base offset u64 | next offset u64 | payload
 *             crc: CRC-32C of all that follows it
 *
 * Of two files the one with the larger sequence was written later. A file is used again from its start with a new sequence
 * and a new key; entries with another key than the file's header are of an earlier use and count for nothing. The key is
 * random, so that no producer can make records look like entries. Version 2 is what is described here; magic, version and
 * crc stay where they are in every version.
 *
 * A power loss may take any sector of the last commit, so of its entries any may be left. Those that must not be without
 * the others stand behind a seal, whose segment's base offset is the CRC-32C of the commit up to the seal, and whose
 * position is the size of that; what is found behind anything but a right seal counts for nothing.
 */

export const JOURNAL_VERSION = 2;
/** Had neither seals nor what stands behind them; else the same. */
const OLDER_VERSION = 1;
/** What a disk writes whole or not at all: nothing that was acknowledged shares one with what is written later. */
export const SECTOR_SIZE_BYTES = 512;
export const ENTRY_HEADER_SIZE_BYTES = 80;
export const KEY_SIZE_BYTES = 16;

const MAGIC = Buffer.from('sluicejn', 'latin1');
const VERSION_AT = 8;
const HEADER_CRC_AT = 12;
const SEQUENCE_AT = 16;
const KEY_AT = 24;
const HEADER_END = KEY_AT + KEY_SIZE_BYTES;

const FILE_NAME = /^sluice-journal-(?:kept|\d+)\.jnl$/;

export function journalFileName(slot: number): string {
  return `sluice-journal-${slot}.jnl`;
}

/** Entries of partitions that could not be restored; they wait there for the next start. */
export const KEPT_FILE_NAME = 'sluice-journal-kept.jnl';

export function isJournalFileName(name: string): boolean {
  return FILE_NAME.test(name);
}

export interface JournalFileHeader {
  readonly sequence: number;
  readonly key: Buffer;
}

/** Writes a whole sector. Another version is for tests. */
export function writeFileHeader(target: Buffer, { sequence, key }: JournalFileHeader, version = JOURNAL_VERSION): void {
  target.fill(0, 0, SECTOR_SIZE_BYTES);
  MAGIC.copy(target, 0);
  target.writeUInt32BE(version, VERSION_AT);
  writeUInt64(target, sequence, SEQUENCE_AT);
  key.copy(target, KEY_AT);
  target.writeUInt32BE(headerCrc(target), HEADER_CRC_AT);
}

/** `unused`: never written, or only partly. `version`: whole, and of a version that is not ours. */
export type ReadFileHeader =
  | { readonly kind: 'header'; readonly header: JournalFileHeader }
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'unused' };

export function readFileHeader(content: Buffer): ReadFileHeader {
  if (content.length < SECTOR_SIZE_BYTES || !content.subarray(0, VERSION_AT).equals(MAGIC)) return { kind: 'unused' };
  if (content.readUInt32BE(HEADER_CRC_AT) !== headerCrc(content)) return { kind: 'unused' };
  const version = content.readUInt32BE(VERSION_AT);
  if (version !== JOURNAL_VERSION && version !== OLDER_VERSION) return { kind: 'version', version };
  const key = Buffer.from(content.subarray(KEY_AT, HEADER_END));
  return { kind: 'header', header: { sequence: readUInt64(content, SEQUENCE_AT), key } };
}

function headerCrc(content: Buffer): number {
  return crc32cOfAll([content.subarray(0, HEADER_CRC_AT), content.subarray(SEQUENCE_AT, HEADER_END)]);
}

/**
 * `batches`: bytes that belong at a place of a segment. `cut`: whatever earlier entries say of this log is void. `bound`: as
 * `batches`, behind a seal.
 */
export type EntryKind = 'batches' | 'cut' | 'seal' | 'bound';
const KIND_CODES = { batches: 1, cut: 2, seal: 3, bound: 4 } as const;
const KINDS: ReadonlyMap<number, EntryKind> = new Map([
  [KIND_CODES.batches, 'batches'],
  [KIND_CODES.cut, 'cut'],
  [KIND_CODES.seal, 'seal'],
  [KIND_CODES.bound, 'bound'],
]);
const NO_TOPIC_ID = Buffer.alloc(16);

export interface EntryPlace {
  /** 16 bytes. */
  readonly topicId: Buffer;
  readonly partition: number;
  readonly segmentBaseOffset: Offset;
  /** Of the payload in the segment's file. */
  readonly position: number;
  readonly baseOffset: Offset;
  readonly nextOffset: Offset;
}

export interface JournalEntry extends EntryPlace {
  readonly kind: EntryKind;
  readonly payload: Buffer;
}

/** Writes an entry whose payload already lies behind its header; returns where it ends. */
export function finishEntry(
  target: Buffer,
  at: number,
  key: Buffer,
  kind: EntryKind,
  place: EntryPlace,
  payloadSizeBytes: number,
): number {
  const end = at + ENTRY_HEADER_SIZE_BYTES + payloadSizeBytes;
  target.writeUInt32BE(payloadSizeBytes, at + 4);
  key.copy(target, at + 8);
  place.topicId.copy(target, at + 24);
  target.writeUInt32BE(place.partition, at + 40);
  target.writeUInt32BE(KIND_CODES[kind], at + 44);
  writeUInt64(target, place.segmentBaseOffset, at + 48);
  writeUInt64(target, place.position, at + 56);
  writeUInt64(target, place.baseOffset, at + 64);
  writeUInt64(target, place.nextOffset, at + 72);
  target.writeUInt32BE(crc32c(target, at + 4, end), at);
  return end;
}

/** Writes a seal behind the entries that begin at `start`; returns where it ends. */
export function writeSeal(target: Buffer, start: number, at: number, key: Buffer): number {
  const place = { topicId: NO_TOPIC_ID, partition: 0, baseOffset: 0, nextOffset: 0 };
  const seal = { ...place, segmentBaseOffset: crc32c(target, start, at), position: at - start };
  return finishEntry(target, at, key, 'seal', seal, 0);
}

/** Whether all is there that the seal at `at` was written behind. */
export function isSealRight(content: Buffer, at: number, { segmentBaseOffset, position }: JournalEntry): boolean {
  return position <= at && crc32c(content, at - position, at) === segmentBaseOffset;
}

/** The entry at `at`, if there is a whole one with this key. */
export function readEntry(content: Buffer, at: number, key: Buffer): JournalEntry | undefined {
  if (at + ENTRY_HEADER_SIZE_BYTES > content.length) return undefined;
  if (content.compare(key, 0, KEY_SIZE_BYTES, at + 8, at + 24) !== 0) return undefined;
  const payloadAt = at + ENTRY_HEADER_SIZE_BYTES;
  const end = payloadAt + content.readUInt32BE(at + 4);
  if (end > content.length || crc32c(content, at + 4, end) !== content.readUInt32BE(at)) return undefined;
  const kind = KINDS.get(content.readUInt32BE(at + 44));
  if (kind === undefined) return undefined;
  return {
    kind,
    topicId: content.subarray(at + 24, at + 40),
    partition: content.readUInt32BE(at + 40),
    segmentBaseOffset: readUInt64(content, at + 48),
    position: readUInt64(content, at + 56),
    baseOffset: readUInt64(content, at + 64),
    nextOffset: readUInt64(content, at + 72),
    payload: content.subarray(payloadAt, end),
  };
}

export function entrySizeBytes(payloadSizeBytes: number): number {
  return ENTRY_HEADER_SIZE_BYTES + payloadSizeBytes;
}

export function upToSector(sizeBytes: number): number {
  return Math.ceil(sizeBytes / SECTOR_SIZE_BYTES) * SECTOR_SIZE_BYTES;
}

const TWO_TO_32 = 2 ** 32;

function writeUInt64(target: Buffer, value: number, at: number): void {
  target.writeUInt32BE(Math.floor(value / TWO_TO_32), at);
  target.writeUInt32BE(value % TWO_TO_32, at + 4);
}

function readUInt64(source: Buffer, at: number): number {
  return source.readUInt32BE(at) * TWO_TO_32 + source.readUInt32BE(at + 4);
}
