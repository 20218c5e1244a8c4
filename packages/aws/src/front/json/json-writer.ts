import { bytesOf, createGrowingBuffer, type GrowingBuffer, reserve } from '../values/growing-buffer.ts';

const SIZE_BYTES_MIN = 1024;
/** Pieces are joined up to about this, and then written at once. */
const PENDING_LENGTH_MAX = 16 * 1024;
/** Shorter blobs are joined to what is around them. */
const BLOB_SIZE_BYTES_ALONE = 128;
/** ASCII that stands for itself in a JSON string. */
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * Bytes of JSON, piece by piece: `JSON.stringify` would look at every character of blobs, and then they would be copied.
 * An object of data with functions for it: an answer has hundreds of thousands of pieces, and closures cost a tenth more.
 */
export interface JsonWriter {
  readonly memory: GrowingBuffer;
  /** ASCII that is still to be written. */
  pending: string;
}

/** What is written may be larger or smaller than expected: larger costs a copy. */
export function createJsonWriter(expectedSizeBytes: number): JsonWriter {
  return { memory: createGrowingBuffer(Math.max(SIZE_BYTES_MIN, expectedSizeBytes)), pending: '' };
}

/** ASCII, as it is. */
export function writeRaw(writer: JsonWriter, text: string): void {
  writer.pending += text;
  if (writer.pending.length > PENDING_LENGTH_MAX) flush(writer);
}

/** A string, with its quotes. */
export function writeText(writer: JsonWriter, value: string): void {
  if (PLAIN.test(value)) {
    writeRaw(writer, `"${value}"`);
    return;
  }
  flush(writer);
  const quoted = JSON.stringify(value);
  const start = reserve(writer.memory, Buffer.byteLength(quoted));
  writer.memory.buffer.write(quoted, start);
}

export function writeNumber(writer: JsonWriter, value: number): void {
  writeRaw(writer, Number.isFinite(value) ? String(value) : 'null');
}

/** A string of base64. A long one goes to its place at once: joined to others, it would be copied once more. */
export function writeBlob(writer: JsonWriter, value: Buffer): void {
  const text = value.toString('base64');
  if (value.length < BLOB_SIZE_BYTES_ALONE) {
    writeRaw(writer, `"${text}"`);
    return;
  }
  writer.pending += '"';
  flush(writer);
  const start = reserve(writer.memory, text.length);
  writer.memory.buffer.write(text, start, 'latin1');
  writer.pending = '"';
}

/** What was written. */
export function finishJson(writer: JsonWriter): Buffer {
  flush(writer);
  return bytesOf(writer.memory);
}

function flush(writer: JsonWriter): void {
  const { pending, memory } = writer;
  const start = reserve(memory, pending.length);
  memory.buffer.write(pending, start, 'latin1');
  writer.pending = '';
}
