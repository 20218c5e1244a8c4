import { type Uuid, ZERO_UUID } from '@sluice/kernel/ids';
import { INT64_MAX, putInt64 } from './int64.ts';

/** Kafka's own limit: a string's length is an int16 even where the encoding has room for more. */
const STRING_SIZE_BYTES_MAX = 0x7fff;
const CAPACITY_BYTES_DEFAULT = 512;
const INT64_MAX_BYTES = Buffer.from('7fffffffffffffff', 'hex');

/** Record batches for a `records` field: one buffer, or several that follow each other. */
export type Records = Buffer | readonly Buffer[];

/**
 * Writes Kafka's types into one growing buffer. Records are not copied: `finish` returns them between the pieces of
 * that buffer, ready for one `writev`. A value that its type cannot hold is a bug of the caller: RangeError.
 */
export class Writer {
  /** Whether lengths are compact (KIP-482). The codec sets it for the version that it encodes. */
  flexible = false;
  #buffer: Buffer;
  /** Where the piece that is being written starts in `#buffer`. */
  #pieceStart = 0;
  #position = 0;
  readonly #pieces: Buffer[] = [];
  #piecesSizeBytes = 0;

  constructor(capacityBytes: number = CAPACITY_BYTES_DEFAULT) {
    this.#buffer = Buffer.allocUnsafe(Math.max(16, capacityBytes));
  }

  /** Bytes written so far, records included. */
  get sizeBytes(): number {
    return this.#piecesSizeBytes + this.#position - this.#pieceStart;
  }

  /** All pieces in order. The writer must not be used afterwards. */
  finish(): Buffer[] {
    this.#endPiece();
    return this.#pieces;
  }

  bool(value: boolean): void {
    const start = this.#take(1);
    this.#buffer[start] = value ? 1 : 0;
  }

  int8(value: number): void {
    const start = this.#take(1);
    this.#buffer.writeInt8(value, start);
  }

  int16(value: number): void {
    const start = this.#take(2);
    this.#buffer.writeInt16BE(value, start);
  }

  uint16(value: number): void {
    const start = this.#take(2);
    this.#buffer.writeUInt16BE(value, start);
  }

  int32(value: number): void {
    if (value !== (value | 0)) throw new RangeError(`${value} is no int32`);
    const start = this.#take(4);
    // The most frequent type: this takes a third less time than Buffer's method.
    const buffer = this.#buffer;
    buffer[start] = value >>> 24;
    buffer[start + 1] = value >>> 16;
    buffer[start + 2] = value >>> 8;
    buffer[start + 3] = value;
  }

  uint32(value: number): void {
    const start = this.#take(4);
    this.#buffer.writeUInt32BE(value, start);
  }

  float64(value: number): void {
    const start = this.#take(8);
    this.#buffer.writeDoubleBE(value, start);
  }

  int64(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no int64 within ±(2^53−1)`);
    const start = this.#take(8);
    putInt64(this.#buffer, start, value);
  }

  /** For fields whose default is 2^63−1, which `INT64_MAX` stands for. */
  int64OrMax(value: number): void {
    if (value === INT64_MAX) this.#copy(INT64_MAX_BYTES);
    else this.int64(value);
  }

  /** An int64 of which every bit counts. */
  hash64(value: bigint): void {
    const start = this.#take(8);
    this.#buffer.writeBigInt64BE(value, start);
  }

  uuid(value: Uuid): void {
    const start = this.#take(16);
    if (value === ZERO_UUID) {
      this.#buffer.fill(0, start, start + 16);
    } else if (value.length !== 22 || this.#buffer.write(value, start, 16, 'base64url') !== 16) {
      throw new RangeError(`"${value}" is no uuid`);
    }
  }

  unsignedVarint(value: number): void {
    if (value < 0x80) {
      const start = this.#take(1);
      this.#buffer[start] = value;
      return;
    }
    let start = this.#take(unsignedVarintSize(value));
    let rest = value;
    while (rest > 0x7f) {
      this.#buffer[start++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#buffer[start] = rest;
  }

  string(value: string): void {
    const size = Buffer.byteLength(value);
    if (size > STRING_SIZE_BYTES_MAX) throw new RangeError(`a string of ${size} bytes is longer than Kafka allows`);
    if (this.flexible) this.unsignedVarint(size + 1);
    else this.int16(size);
    this.#utf8(value, size);
  }

  nullableString(value: string | null): void {
    if (value !== null) this.string(value);
    else if (this.flexible) this.unsignedVarint(0);
    else this.int16(-1);
  }

  /** With an int16 length in flexible versions too: the request header's client id. */
  nullableStringInt16(value: string | null): void {
    if (value === null) {
      this.int16(-1);
      return;
    }
    const size = Buffer.byteLength(value);
    this.int16(size);
    this.#utf8(value, size);
  }

  /** Copies, as these are small; see `records`. */
  bytes(value: Buffer): void {
    this.arrayCount(value.length);
    this.#copy(value);
  }

  nullableBytes(value: Buffer | null): void {
    if (value === null) this.nullArray();
    else this.bytes(value);
  }

  /** By reference: the buffers must not change until they are sent. */
  records(value: Records): void {
    if (Buffer.isBuffer(value)) {
      this.arrayCount(value.length);
      this.#refer(value);
      return;
    }
    let sizeBytes = 0;
    for (const piece of value) sizeBytes += piece.length;
    this.arrayCount(sizeBytes);
    for (const piece of value) this.#refer(piece);
  }

  nullableRecords(value: Records | null): void {
    if (value === null) this.nullArray();
    else this.records(value);
  }

  arrayCount(count: number): void {
    if (this.flexible) this.unsignedVarint(count + 1);
    else this.int32(count);
  }

  nullArray(): void {
    if (this.flexible) this.unsignedVarint(0);
    else this.int32(-1);
  }

  /** Starts a tagged field, and returns what `endTag` must be given once its value is written. */
  beginTag(tag: number): number {
    this.unsignedVarint(tag);
    return this.#take(1) - this.#pieceStart;
  }

  /** Puts the tagged field's size in front of it: into the byte kept free, or else the value moves up. */
  endTag(mark: number): void {
    const sizeBytes = this.#position - this.#pieceStart - mark - 1;
    const more = unsignedVarintSize(sizeBytes) - 1;
    if (more > 0) {
      this.#take(more);
      const valueStart = this.#pieceStart + mark + 1;
      this.#buffer.copyWithin(valueStart + more, valueStart, valueStart + sizeBytes);
    }
    const end = this.#position;
    this.#position = this.#pieceStart + mark;
    this.unsignedVarint(sizeBytes);
    this.#position = end;
  }

  /** A tagged field whose bytes are at hand. */
  rawTag(tag: number, data: Buffer): void {
    this.unsignedVarint(tag);
    this.unsignedVarint(data.length);
    this.#copy(data);
  }

  #copy(bytes: Buffer): void {
    const start = this.#take(bytes.length);
    bytes.copy(this.#buffer, start);
  }

  #utf8(value: string, size: number): void {
    const start = this.#take(size);
    this.#buffer.write(value, start, size, 'utf8');
  }

  #refer(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#endPiece();
    this.#pieces.push(bytes);
    this.#piecesSizeBytes += bytes.length;
  }

  #endPiece(): void {
    if (this.#position === this.#pieceStart) return;
    this.#pieces.push(this.#buffer.subarray(this.#pieceStart, this.#position));
    this.#piecesSizeBytes += this.#position - this.#pieceStart;
    this.#pieceStart = this.#position;
  }

  /** Makes room for the next bytes and returns where they start in `#buffer`. */
  #take(size: number): number {
    if (this.#position + size > this.#buffer.length) this.#grow(size);
    const start = this.#position;
    this.#position = start + size;
    return start;
  }

  /** Moves the unfinished piece into a larger buffer; finished pieces stay where they are. */
  #grow(size: number): void {
    const written = this.#position - this.#pieceStart;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length, (written + size) * 2));
    this.#buffer.copy(larger, 0, this.#pieceStart, this.#position);
    this.#buffer = larger;
    this.#pieceStart = 0;
    this.#position = written;
  }
}

function unsignedVarintSize(value: number): number {
  let size = 1;
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) size++;
  return size;
}
