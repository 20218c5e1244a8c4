import { serializationError } from '../values/serialization-error.ts';
import { DEPTH_MAX, VALUES_MAX } from '../values/value-limits.ts';

const INDEFINITE = 31;
const BREAK = 0xff;
/** Whole numbers beyond are no member of any shape. */
const SAFE_HIGH_MAX = 2 ** 21;

interface Cursor {
  readonly bytes: Buffer;
  at: number;
  /** Read so far, chunks of strings included. */
  values: number;
}

/**
 * One CBOR item (RFC 8949) as plain values: byte strings as buffers that are views of `bytes`, tags as what they hold.
 * Lengths that are announced cost nothing before the bytes are there. Fails with a `SerializationException`.
 *
 * Indefinite lengths matter: Jackson, which the Java SDK writes with, uses them for structures, lists and long texts.
 */
export function readCbor(bytes: Buffer): unknown {
  const cursor = { bytes, at: 0, values: 0 };
  const value = readItem(cursor, 0);
  if (cursor.at !== bytes.length) throw serializationError('CBOR goes on after its end');
  return value;
}

function readItem(cursor: Cursor, depth: number): unknown {
  if (depth > DEPTH_MAX) throw serializationError(`CBOR is nested deeper than ${DEPTH_MAX} levels`);
  count(cursor);
  const head = readByte(cursor);
  const info = head & 0x1f;
  switch (head >> 5) {
    case 0:
      return readLength(cursor, info);
    case 1:
      return -1 - readLength(cursor, info);
    case 2:
      return info === INDEFINITE ? Buffer.concat(readChunks(cursor, 2)) : readBytes(cursor, info);
    case 3:
      return info === INDEFINITE ? Buffer.concat(readChunks(cursor, 3)).toString() : readText(cursor, info);
    case 4:
      return readList(cursor, info, depth + 1);
    case 5:
      return readMap(cursor, info, depth + 1);
    case 6:
      readLength(cursor, info);
      return readItem(cursor, depth + 1);
    default:
      return readSimple(cursor, info);
  }
}

function count(cursor: Cursor): void {
  cursor.values += 1;
  if (cursor.values > VALUES_MAX) throw serializationError(`CBOR has more than ${VALUES_MAX} values`);
}

function readByte(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at];
  if (byte === undefined) throw cutShort();
  cursor.at += 1;
  return byte;
}

/** Moves on by `size` and returns where it was. */
function advance(cursor: Cursor, size: number): number {
  const start = cursor.at;
  if (size > cursor.bytes.length - start) throw cutShort();
  cursor.at += size;
  return start;
}

function readLength(cursor: Cursor, info: number): number {
  if (info < 24) return info;
  const { bytes } = cursor;
  switch (info) {
    case 24:
      return readByte(cursor);
    case 25:
      return bytes.readUInt16BE(advance(cursor, 2));
    case 26:
      return bytes.readUInt32BE(advance(cursor, 4));
    case 27: {
      const start = advance(cursor, 8);
      const high = bytes.readUInt32BE(start);
      if (high >= SAFE_HIGH_MAX) throw serializationError('a number in CBOR is too large');
      return high * 2 ** 32 + bytes.readUInt32BE(start + 4);
    }
    default:
      throw malformed();
  }
}

function readBytes(cursor: Cursor, info: number): Buffer {
  const size = readLength(cursor, info);
  const start = advance(cursor, size);
  return cursor.bytes.subarray(start, start + size);
}

function readText(cursor: Cursor, info: number): string {
  const size = readLength(cursor, info);
  const start = advance(cursor, size);
  return cursor.bytes.toString('utf8', start, start + size);
}

function readChunks(cursor: Cursor, major: number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let head = readByte(cursor); head !== BREAK; head = readByte(cursor)) {
    if (head >> 5 !== major || (head & 0x1f) === INDEFINITE) throw malformed();
    count(cursor);
    chunks.push(readBytes(cursor, head & 0x1f));
  }
  return chunks;
}

/** Whether another item follows, of `left` or up to the break. */
function hasNext(cursor: Cursor, left: number): boolean {
  if (left !== Number.POSITIVE_INFINITY) return left > 0;
  if (cursor.bytes[cursor.at] !== BREAK) return true;
  cursor.at += 1;
  return false;
}

function countOf(cursor: Cursor, info: number): number {
  return info === INDEFINITE ? Number.POSITIVE_INFINITY : readLength(cursor, info);
}

function readList(cursor: Cursor, info: number, depth: number): unknown[] {
  const items: unknown[] = [];
  for (let left = countOf(cursor, info); hasNext(cursor, left); left -= 1) items.push(readItem(cursor, depth));
  return items;
}

function readMap(cursor: Cursor, info: number, depth: number): Readonly<Record<string, unknown>> {
  // Keys are the client's: `__proto__` is one like any other.
  const members: Record<string, unknown> = Object.create(null);
  for (let left = countOf(cursor, info); hasNext(cursor, left); left -= 1) {
    const key = readItem(cursor, depth);
    if (typeof key !== 'string') throw malformed();
    members[key] = readItem(cursor, depth);
  }
  return members;
}

function readSimple(cursor: Cursor, info: number): unknown {
  switch (info) {
    case 20:
      return false;
    case 21:
      return true;
    case 22:
    case 23:
      return null;
    case 25:
      return halfFloat(cursor.bytes.readUInt16BE(advance(cursor, 2)));
    case 26:
      return cursor.bytes.readFloatBE(advance(cursor, 4));
    case 27:
      return cursor.bytes.readDoubleBE(advance(cursor, 8));
    default:
      throw malformed();
  }
}

function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function cutShort(): Error {
  return serializationError('CBOR ends before its end');
}

function malformed(): Error {
  return serializationError('the body is not CBOR that this service understands');
}
