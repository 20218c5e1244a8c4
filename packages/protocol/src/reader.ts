import { isUtf8 } from 'node:buffer';
import { type Uuid, ZERO_UUID } from '@sluice/kernel/ids';
import { EMPTY_BYTES } from './empty-bytes.ts';
import { INT64_MAX, int64At } from './int64.ts';
import { ProtocolError } from './protocol-error.ts';

/** Kafka's own limit: a string's length is an int16 even where the encoding has room for more. */
const STRING_SIZE_BYTES_MAX = 0x7fff;

export interface ReaderOptions {
  /** Bytes that are not UTF-8 become U+FFFD, as in Kafka, instead of an error. Default: false. */
  readonly utf8Lenient?: boolean;
  /**
   * How many array elements and unknown tagged fields one reader hands out: each costs more memory decoded than
   * encoded, so the bytes received alone do not bound it. Default: 1,000,000.
   */
  readonly elementCountMax?: number;
}

export const ELEMENT_COUNT_MAX = 1_000_000;

/**
 * Reads Kafka's types from a buffer. Every length is checked against what remains before anything is allocated.
 * The field names are for errors only.
 */
export class Reader {
  readonly buffer: Buffer;
  position: number;
  readonly end: number;
  /** Whether lengths are compact (KIP-482). The codec sets it for the version that it decodes. */
  flexible = false;
  readonly #utf8Lenient: boolean;
  #elementsLeft: number;

  constructor(buffer: Buffer, options: ReaderOptions = {}) {
    this.buffer = buffer;
    this.position = 0;
    this.end = buffer.length;
    this.#utf8Lenient = options.utf8Lenient ?? false;
    this.#elementsLeft = options.elementCountMax ?? ELEMENT_COUNT_MAX;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  bool(field: string): boolean {
    return this.buffer.readUInt8(this.#take(field, 1)) !== 0;
  }

  int8(field: string): number {
    return this.buffer.readInt8(this.#take(field, 1));
  }

  int16(field: string): number {
    return this.buffer.readInt16BE(this.#take(field, 2));
  }

  uint16(field: string): number {
    return this.buffer.readUInt16BE(this.#take(field, 2));
  }

  int32(field: string): number {
    return this.buffer.readInt32BE(this.#take(field, 4));
  }

  uint32(field: string): number {
    return this.buffer.readUInt32BE(this.#take(field, 4));
  }

  float64(field: string): number {
    return this.buffer.readDoubleBE(this.#take(field, 8));
  }

  /** Beyond ±(2^53−1) is an error. */
  int64(field: string): number {
    const start = this.#take(field, 8);
    const value = int64At(this.buffer, start);
    if (!Number.isSafeInteger(value)) throw this.#unsafeInt64(field, start);
    return value;
  }

  /** For fields whose default is 2^63−1: that comes back as `INT64_MAX`. */
  int64OrMax(field: string): number {
    const start = this.#take(field, 8);
    const value = int64At(this.buffer, start);
    if (Number.isSafeInteger(value)) return value;
    if (this.buffer.readUInt32BE(start) === 0x7fffffff && this.buffer.readUInt32BE(start + 4) === 0xffffffff) {
      return INT64_MAX;
    }
    throw this.#unsafeInt64(field, start);
  }

  /** An int64 of which every bit counts. */
  hash64(field: string): bigint {
    return this.buffer.readBigInt64BE(this.#take(field, 8));
  }

  uuid(field: string): Uuid {
    const start = this.#take(field, 16);
    const uuid = this.buffer.toString('base64url', start, start + 16);
    return uuid === ZERO_UUID ? ZERO_UUID : uuid;
  }

  unsignedVarint(field: string): number {
    const start = this.position;
    const first = this.buffer[start];
    if (first !== undefined && first < 0x80) {
      this.position = start + 1;
      return first;
    }
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.buffer.readUInt8(this.#take(field, 1));
      if (shift === 28 && byte > 0x0f) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new ProtocolError(field, start, 'a varint longer than 32 bits');
  }

  string(field: string): string {
    const size = this.#stringSize(field);
    if (size < 0) throw this.#forbiddenNull(field);
    return this.#utf8(field, size);
  }

  nullableString(field: string): string | null {
    const size = this.#stringSize(field);
    return size < 0 ? null : this.#utf8(field, size);
  }

  /** With an int16 length in flexible versions too: the request header's client id. */
  nullableStringInt16(field: string): string | null {
    const size = this.int16(field);
    return size < 0 ? null : this.#utf8(field, size);
  }

  /** A view, not a copy. */
  bytes(field: string): Buffer {
    const size = this.#size(field);
    if (size < 0) throw this.#forbiddenNull(field);
    return this.#view(field, size);
  }

  nullableBytes(field: string): Buffer | null {
    const size = this.#size(field);
    return size < 0 ? null : this.#view(field, size);
  }

  /** `elementSizeBytesMin` is the least that one element takes on the wire. */
  arrayCount(field: string, elementSizeBytesMin: number): number {
    const count = this.nullableArrayCount(field, elementSizeBytesMin);
    if (count < 0) throw this.#forbiddenNull(field);
    return count;
  }

  /** −1 is null. */
  nullableArrayCount(field: string, elementSizeBytesMin: number): number {
    const count = this.#size(field);
    if (count < 0) return -1;
    if (count * elementSizeBytesMin > this.end - this.position) {
      throw this.error(field, `${count} elements announced, ${this.end - this.position} bytes left`);
    }
    this.#elementsLeft -= count;
    if (this.#elementsLeft < 0) throw this.error(field, 'more array elements in a message than are accepted');
    return count;
  }

  /** How many tagged fields follow. Each takes two bytes at least. */
  tagCount(): number {
    const count = this.unsignedVarint('taggedFields');
    if (count * 2 > this.end - this.position) {
      throw this.error('taggedFields', `${count} announced, ${this.end - this.position} bytes left`);
    }
    this.#elementsLeft -= count;
    if (this.#elementsLeft < 0) throw this.error('taggedFields', 'more in a message than are accepted');
    return count;
  }

  /** Reads a tagged field's size and returns the position behind the field. */
  tagEnd(tag: number): number {
    const size = this.unsignedVarint(`tag ${tag}`);
    if (size > this.end - this.position) throw this.#truncated(`tag ${tag}`, size);
    return this.position + size;
  }

  /** Whoever decoded the tagged field says that it is done: it must have taken what was announced. */
  checkTagEnd(tag: number, end: number): void {
    if (this.position === end) return;
    throw this.error(`tag ${tag}`, `its size is wrong by ${this.position - end} bytes`);
  }

  /** An error about `field` where the reader stands. */
  error(field: string, reason: string): ProtocolError {
    return new ProtocolError(field, this.position, reason);
  }

  /** Takes the next bytes and returns where they start. */
  #take(field: string, size: number): number {
    const start = this.position;
    if (size > this.end - start) throw this.#truncated(field, size);
    this.position = start + size;
    return start;
  }

  #size(field: string): number {
    return this.flexible ? this.unsignedVarint(field) - 1 : this.int32(field);
  }

  #stringSize(field: string): number {
    const size = this.flexible ? this.unsignedVarint(field) - 1 : this.int16(field);
    if (size > STRING_SIZE_BYTES_MAX) throw this.error(field, `a string of ${size} bytes`);
    return size;
  }

  #view(field: string, size: number): Buffer {
    const start = this.#take(field, size);
    // A view costs a hundred bytes of memory: one byte on the wire must not buy that.
    return size === 0 ? EMPTY_BYTES : this.buffer.subarray(start, start + size);
  }

  #utf8(field: string, size: number): string {
    if (size === 0) return '';
    const start = this.#take(field, size);
    const text = this.buffer.toString('utf8', start, start + size);
    // What is not UTF-8 decodes to U+FFFD, so only texts that hold one need the second look.
    if (!this.#utf8Lenient && text.includes('\ufffd') && !isUtf8(this.buffer.subarray(start, start + size))) {
      throw new ProtocolError(field, start, 'not UTF-8');
    }
    return text;
  }

  #truncated(field: string, size: number): ProtocolError {
    return this.error(field, `${size} bytes wanted, ${this.end - this.position} left`);
  }

  #forbiddenNull(field: string): ProtocolError {
    return this.error(field, 'null, which this version forbids');
  }

  #unsafeInt64(field: string, start: number): ProtocolError {
    return new ProtocolError(field, start, 'beyond ±(2^53−1)');
  }
}
