import { createGrowingBuffer } from '../values/growing-buffer.ts';

const SIZE_BYTES_MIN = 1024;
/** Pieces are joined up to about this, and then written at once. */
const PENDING_LENGTH_MAX = 16 * 1024;
/** ASCII that stands for itself in a JSON string. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Bytes of JSON, piece by piece: `JSON.stringify` would look at every character of blobs, and then they would be copied. */
export interface JsonWriter {
  /** ASCII, as it is. */
  raw(text: string): void;
  /** A string, with its quotes. */
  text(value: string): void;
  number(value: number): void;
  /** What was written so far. */
  finish(): Buffer;
}

/** What is written may be larger or smaller than expected: larger costs a copy. */
export function createJsonWriter(expectedSizeBytes: number): JsonWriter {
  const bytes = createGrowingBuffer(Math.max(SIZE_BYTES_MIN, expectedSizeBytes));
  let pending = '';
  const flush = (): void => {
    const start = bytes.reserve(pending.length);
    bytes.buffer.write(pending, start, 'latin1');
    pending = '';
  };
  const raw = (text: string): void => {
    pending += text;
    if (pending.length > PENDING_LENGTH_MAX) flush();
  };
  return {
    raw,
    text(value) {
      if (PLAIN.test(value)) return raw(`"${value}"`);
      flush();
      const quoted = JSON.stringify(value);
      const start = bytes.reserve(Buffer.byteLength(quoted));
      bytes.buffer.write(quoted, start);
    },
    number: (value) => raw(Number.isFinite(value) ? String(value) : 'null'),
    finish() {
      flush();
      return bytes.finish();
    },
  };
}
