/** Big-endian and varint output into a growing list of chunks; scripts are small, so clarity wins over speed. */
export class ByteWriter {
  private readonly chunks: Buffer[] = [];

  raw(bytes: Buffer): void {
    this.chunks.push(bytes);
  }
  int8(value: number): void {
    this.number(1, (buffer) => buffer.writeInt8(value));
  }
  int16(value: number): void {
    this.number(2, (buffer) => buffer.writeInt16BE(value));
  }
  uint16(value: number): void {
    this.number(2, (buffer) => buffer.writeUInt16BE(value));
  }
  int32(value: number): void {
    this.number(4, (buffer) => buffer.writeInt32BE(value));
  }
  uint32(value: number): void {
    this.number(4, (buffer) => buffer.writeUInt32BE(value));
  }
  int64(value: bigint): void {
    this.number(8, (buffer) => buffer.writeBigInt64BE(value));
  }
  float64(value: number): void {
    this.number(8, (buffer) => buffer.writeDoubleBE(value));
  }

  uvarint(value: number): void {
    const bytes: number[] = [];
    let rest = value >>> 0;
    while (rest >= 0x80) {
      bytes.push((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    bytes.push(rest);
    this.raw(Buffer.from(bytes));
  }

  /** Zigzag, as inside records. */
  varlong(value: bigint): void {
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    const bytes: number[] = [];
    while (rest >= 0x80n) {
      bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    this.raw(Buffer.from(bytes));
  }

  /** An array's count; −1 is a null array. */
  count(count: number, isCompact: boolean): void {
    if (isCompact) this.uvarint(count + 1);
    else this.int32(count);
  }

  string(value: string | Buffer | null, isCompact: boolean): void {
    const bytes = value === null ? null : Buffer.from(value as string);
    if (isCompact) this.uvarint(bytes === null ? 0 : bytes.length + 1);
    else this.int16(bytes === null ? -1 : bytes.length);
    if (bytes !== null) this.raw(bytes);
  }

  bytes(value: Buffer | null, isCompact: boolean): void {
    if (isCompact) this.uvarint(value === null ? 0 : value.length + 1);
    else this.int32(value === null ? -1 : value.length);
    if (value !== null) this.raw(value);
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.chunks);
  }

  private number(size: number, write: (buffer: Buffer) => void): void {
    const buffer = Buffer.alloc(size);
    write(buffer);
    this.raw(buffer);
  }
}
