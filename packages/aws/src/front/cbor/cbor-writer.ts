import { createGrowingBuffer } from '../values/growing-buffer.ts';

const SIZE_BYTES_FIRST = 1024;
const FLOAT_64 = 0xfb;

/** CBOR's kinds of items (RFC 8949, 3.1). */
export const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, list: 4, map: 5, tag: 6 } as const;

/** Bytes of CBOR, one item after the other. */
export interface CborWriter {
  /** The head of an item: its kind, and its length, count, tag or value. */
  head(major: number, value: number): void;
  number(value: number): void;
  text(value: string): void;
  bytes(value: Uint8Array): void;
  boolean(value: boolean): void;
  /** What was written so far. */
  finish(): Buffer;
}

export function createCborWriter(): CborWriter {
  const memory = createGrowingBuffer(SIZE_BYTES_FIRST);
  const { reserve, finish } = memory;
  // Reserved first: the buffer may be another one afterwards.
  const byte = (value: number): void => {
    const start = reserve(1);
    memory.buffer[start] = value;
  };
  const uint32 = (value: number): void => {
    const start = reserve(4);
    memory.buffer.writeUInt32BE(value, start);
  };
  const head = (major: number, value: number): void => {
    const kind = major << 5;
    if (value < 24) {
      byte(kind | value);
    } else if (value < 2 ** 8) {
      byte(kind | 24);
      byte(value);
    } else if (value < 2 ** 16) {
      byte(kind | 25);
      byte(value >> 8);
      byte(value & 0xff);
    } else if (value < 2 ** 32) {
      byte(kind | 26);
      uint32(value);
    } else {
      byte(kind | 27);
      uint32(Math.floor(value / 2 ** 32));
      uint32(value % 2 ** 32);
    }
  };
  return {
    head,
    number(value) {
      if (!Number.isSafeInteger(value)) {
        byte(FLOAT_64);
        const start = reserve(8);
        memory.buffer.writeDoubleBE(value, start);
      } else if (value < 0) head(MAJOR.negative, -1 - value);
      else head(MAJOR.unsigned, value);
    },
    text(value) {
      const size = Buffer.byteLength(value);
      head(MAJOR.text, size);
      const start = reserve(size);
      memory.buffer.write(value, start);
    },
    bytes(value) {
      head(MAJOR.bytes, value.length);
      const start = reserve(value.length);
      memory.buffer.set(value, start);
    },
    boolean: (value) => byte(value ? 0xf5 : 0xf4),
    finish,
  };
}
