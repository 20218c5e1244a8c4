/** The reading side of ByteWriter; throws on anything that would leave the buffer. */
export class ByteReader {
  readonly buffer: Buffer;
  offset = 0;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
  }

  get left(): number {
    return this.buffer.length - this.offset;
  }

  take(size: number): Buffer {
    if (size < 0 || size > this.left) throw new Error(`${size} bytes wanted at ${this.offset}, ${this.left} left`);
    this.offset += size;
    return this.buffer.subarray(this.offset - size, this.offset);
  }
  int8(): number {
    return this.take(1).readInt8();
  }
  int16(): number {
    return this.take(2).readInt16BE();
  }
  uint16(): number {
    return this.take(2).readUInt16BE();
  }
  int32(): number {
    return this.take(4).readInt32BE();
  }
  uint32(): number {
    return this.take(4).readUInt32BE();
  }
  /** A number where that is exact, else its decimal digits. */
  int64(): number | string {
    const value = this.take(8).readBigInt64BE();
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  float64(): number {
    return this.take(8).readDoubleBE();
  }

  uvarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.take(1).readUInt8();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Error('a varint does not end');
  }

  /** Zigzag, as inside records. */
  varlong(): number {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = BigInt(this.take(1).readUInt8());
      value |= (byte & 0x7fn) << shift;
      if (byte < 0x80n) return Number((value >> 1n) ^ -(value & 1n));
    }
    throw new Error('a varlong does not end');
  }

  count(isCompact: boolean): number {
    return isCompact ? this.uvarint() - 1 : this.int32();
  }

  string(isCompact: boolean): string | null {
    const size = isCompact ? this.uvarint() - 1 : this.int16();
    return size < 0 ? null : this.take(size).toString();
  }

  bytes(isCompact: boolean): Buffer | null {
    const size = this.count(isCompact);
    return size < 0 ? null : this.take(size);
  }
}
