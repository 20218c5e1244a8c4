import { varintSizeBytes, writeVarint } from './varint.ts';

/** A record's fields as they are stored; its layout stands in record-cursor.ts. */
export interface StoredRecord {
  readonly timestampDeltaMs: number;
  readonly offsetDelta: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly { readonly key: Uint8Array; readonly value: Uint8Array | null }[];
}

/** With its length in front. */
export function recordSizeBytes(record: StoredRecord): number {
  const bodySizeBytes = recordBodySizeBytes(record);
  return varintSizeBytes(bodySizeBytes) + bodySizeBytes;
}

/** Returns the position behind the record. */
export function writeRecord(buffer: Buffer, position: number, record: StoredRecord): number {
  let at = writeVarint(buffer, position, recordBodySizeBytes(record));
  buffer[at++] = 0; // attributes: no bit is in use
  at = writeVarint(buffer, at, record.timestampDeltaMs);
  at = writeVarint(buffer, at, record.offsetDelta);
  at = writeBytes(buffer, at, record.key);
  at = writeBytes(buffer, at, record.value);
  at = writeVarint(buffer, at, record.headers.length);
  for (const header of record.headers) {
    at = writeBytes(buffer, at, header.key);
    at = writeBytes(buffer, at, header.value);
  }
  return at;
}

function recordBodySizeBytes(record: StoredRecord): number {
  let sizeBytes = 1 + varintSizeBytes(record.timestampDeltaMs) + varintSizeBytes(record.offsetDelta);
  sizeBytes += bytesSizeBytes(record.key) + bytesSizeBytes(record.value) + varintSizeBytes(record.headers.length);
  for (const header of record.headers) sizeBytes += bytesSizeBytes(header.key) + bytesSizeBytes(header.value);
  return sizeBytes;
}

function bytesSizeBytes(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : varintSizeBytes(bytes.length) + bytes.length;
}

/** Null is the length −1. */
function writeBytes(buffer: Buffer, position: number, bytes: Uint8Array | null): number {
  if (bytes === null) return writeVarint(buffer, position, -1);
  const at = writeVarint(buffer, position, bytes.length);
  buffer.set(bytes, at);
  return at + bytes.length;
}
