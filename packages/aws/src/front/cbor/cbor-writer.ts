import { bytesOf, createGrowingBuffer, type GrowingBuffer, reserve } from '../values/growing-buffer.ts';

const SIZE_BYTES_MIN = 1024;
const FLOAT_64 = 0xfb;
/** Shorter texts are written character by character, which costs less than calls into Node. */
const TEXT_LENGTH_SHORT = 64;

/** CBOR's kinds of items (RFC 8949, 3.1). */
export const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, list: 4, map: 5, tag: 6 } as const;

/** Bytes of CBOR, one item after the other. */
export type CborWriter = GrowingBuffer;

/** What is written may be larger or smaller than expected: larger costs a copy. */
export function createCborWriter(expectedSizeBytes = 0): CborWriter {
  return createGrowingBuffer(Math.max(SIZE_BYTES_MIN, expectedSizeBytes));
}

/** The head of an item: its kind, and its length, count, tag or value. */
export function writeHead(writer: CborWriter, major: number, value: number): void {
  const kind = major << 5;
  if (value < 24) {
    writeByte(writer, kind | value);
  } else if (value < 2 ** 8) {
    writeByte(writer, kind | 24);
    writeByte(writer, value);
  } else if (value < 2 ** 16) {
    writeByte(writer, kind | 25);
    writeByte(writer, value >> 8);
    writeByte(writer, value & 0xff);
  } else if (value < 2 ** 32) {
    writeByte(writer, kind | 26);
    writeUint32(writer, value);
  } else {
    writeByte(writer, kind | 27);
    writeUint32(writer, Math.floor(value / 2 ** 32));
    writeUint32(writer, value % 2 ** 32);
  }
}

export function writeNumber(writer: CborWriter, value: number): void {
  if (!Number.isSafeInteger(value)) {
    writeByte(writer, FLOAT_64);
    const start = reserve(writer, 8);
    writer.buffer.writeDoubleBE(value, start);
  } else if (value < 0) writeHead(writer, MAJOR.negative, -1 - value);
  else writeHead(writer, MAJOR.unsigned, value);
}

export function writeText(writer: CborWriter, value: string): void {
  if (value.length <= TEXT_LENGTH_SHORT && writeAscii(writer, value)) return;
  const size = Buffer.byteLength(value);
  writeHead(writer, MAJOR.text, size);
  const start = reserve(writer, size);
  writer.buffer.write(value, start);
}

export function writeBytes(writer: CborWriter, value: Uint8Array): void {
  writeHead(writer, MAJOR.bytes, value.length);
  writeEncoded(writer, value);
}

export function writeBoolean(writer: CborWriter, value: boolean): void {
  writeByte(writer, value ? 0xf5 : 0xf4);
}

/** What is CBOR already. */
export function writeEncoded(writer: CborWriter, encoded: Uint8Array): void {
  const start = reserve(writer, encoded.length);
  writer.buffer.set(encoded, start);
}

/** What was written. */
export function finishCbor(writer: CborWriter): Buffer {
  return bytesOf(writer);
}

// Reserved first: the buffer may be another one afterwards.
function writeByte(writer: CborWriter, value: number): void {
  const start = reserve(writer, 1);
  writer.buffer[start] = value;
}

function writeUint32(writer: CborWriter, value: number): void {
  const start = reserve(writer, 4);
  writer.buffer.writeUInt32BE(value, start);
}

/** False, and nothing written, if it is more than ASCII. */
function writeAscii(writer: CborWriter, value: string): boolean {
  const before = writer.at;
  writeHead(writer, MAJOR.text, value.length);
  const start = reserve(writer, value.length);
  const { buffer } = writer;
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code >= 0x80) {
      writer.at = before;
      return false;
    }
    buffer[start + index] = code;
  }
  return true;
}
