import { crc32, gzipSync, zstdCompressSync } from 'node:zlib';
import { ByteWriter } from './byte-writer.ts';
import { crc32c } from './crc32c.ts';

export type RecordSpec = {
  readonly key?: string | null;
  readonly value?: string | null;
  readonly timestamp?: number;
  readonly headers?: Readonly<Record<string, string | null>>;
};

export type BatchSpec = {
  readonly records: readonly RecordSpec[];
  readonly compression?: 'none' | 'gzip' | 'zstd' | 'snappy' | 'lz4';
  readonly timestampType?: 'create' | 'append';
  readonly isTransactional?: boolean;
  readonly isControl?: boolean;
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly baseOffset?: number;
  readonly partitionLeaderEpoch?: number;
  readonly magic?: number;
  /** Wrong on purpose; left out, they are what the records make them. */
  readonly lastOffsetDelta?: number;
  readonly recordCount?: number;
  readonly baseTimestamp?: number;
  readonly maxTimestamp?: number;
  readonly offsetDeltas?: readonly number[];
  readonly breakCrc?: boolean;
};

const compressionCodes = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 };

/** A record batch of magic 2 (or one that claims another magic in the same form). */
export function batch(spec: BatchSpec): Buffer {
  const timestamps = spec.records.map((record) => record.timestamp ?? 0);
  const baseTimestamp = spec.baseTimestamp ?? timestamps[0] ?? -1;
  const payload = compress(encodeRecords(spec, baseTimestamp), spec.compression ?? 'none');
  const body = new ByteWriter();
  body.int16(attributesOf(spec));
  body.int32(spec.lastOffsetDelta ?? spec.records.length - 1);
  body.int64(BigInt(baseTimestamp));
  body.int64(BigInt(spec.maxTimestamp ?? Math.max(-1, ...timestamps)));
  body.int64(BigInt(spec.producerId ?? -1));
  body.int16(spec.producerEpoch ?? -1);
  body.int32(spec.baseSequence ?? -1);
  body.int32(spec.recordCount ?? spec.records.length);
  body.raw(payload);
  const afterCrc = body.toBuffer();
  const whole = new ByteWriter();
  whole.int64(BigInt(spec.baseOffset ?? 0));
  whole.int32(4 + 1 + 4 + afterCrc.length);
  whole.int32(spec.partitionLeaderEpoch ?? -1);
  whole.int8(spec.magic ?? 2);
  whole.uint32((crc32c(afterCrc) ^ (spec.breakCrc === true ? 1 : 0)) >>> 0);
  whole.raw(afterCrc);
  return whole.toBuffer();
}

/** `n` records "key-i" → "value-i", their timestamps a millisecond apart. */
export function numbered(count: number, firstTimestamp: number): RecordSpec[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `key-${index}`,
    value: `value-${index}`,
    timestamp: firstTimestamp + index,
  }));
}

/** A message of the formats before 0.11. */
export function oldMessage(magic: 0 | 1, value: string, timestamp: number): Buffer {
  const body = new ByteWriter();
  body.int8(magic);
  body.int8(0);
  if (magic === 1) body.int64(BigInt(timestamp));
  body.bytes(null, false);
  body.bytes(Buffer.from(value), false);
  const afterCrc = body.toBuffer();
  const whole = new ByteWriter();
  whole.int64(0n);
  whole.int32(4 + afterCrc.length);
  whole.uint32(crc32(afterCrc));
  whole.raw(afterCrc);
  return whole.toBuffer();
}

function attributesOf(spec: BatchSpec): number {
  let attributes = compressionCodes[spec.compression ?? 'none'];
  if (spec.timestampType === 'append') attributes |= 8;
  if (spec.isTransactional === true) attributes |= 16;
  if (spec.isControl === true) attributes |= 32;
  return attributes;
}

function encodeRecords(spec: BatchSpec, baseTimestamp: number): Buffer {
  const all = new ByteWriter();
  for (const [index, record] of spec.records.entries()) {
    const body = new ByteWriter();
    body.int8(0);
    body.varlong(BigInt((record.timestamp ?? 0) - baseTimestamp));
    body.varlong(BigInt(spec.offsetDeltas?.[index] ?? index));
    varbytes(body, record.key ?? null);
    varbytes(body, record.value ?? null);
    const headers = Object.entries(record.headers ?? {});
    body.varlong(BigInt(headers.length));
    for (const [name, value] of headers) {
      varbytes(body, name);
      varbytes(body, value);
    }
    const bytes = body.toBuffer();
    all.varlong(BigInt(bytes.length));
    all.raw(bytes);
  }
  return all.toBuffer();
}

function varbytes(writer: ByteWriter, value: string | null): void {
  if (value === null) {
    writer.varlong(-1n);
    return;
  }
  const bytes = Buffer.from(value, 'latin1');
  writer.varlong(BigInt(bytes.length));
  writer.raw(bytes);
}

function compress(bytes: Buffer, compression: NonNullable<BatchSpec['compression']>): Buffer {
  switch (compression) {
    case 'none':
      return bytes;
    case 'gzip':
      return gzipSync(bytes);
    case 'zstd':
      return zstdCompressSync(bytes);
    case 'snappy':
      return snappyOfLiterals(bytes);
    case 'lz4':
      return lz4OfStoredBlock(bytes);
  }
}

/** Valid snappy that compresses nothing: the length, then literals. */
function snappyOfLiterals(bytes: Buffer): Buffer {
  const writer = new ByteWriter();
  writer.uvarint(bytes.length);
  for (let at = 0; at < bytes.length; at += 60) {
    const literal = bytes.subarray(at, at + 60);
    writer.raw(Buffer.from([(literal.length - 1) << 2]));
    writer.raw(literal);
  }
  return writer.toBuffer();
}

/** A valid lz4 frame of one stored block: version 1, independent blocks of at most 64 kB, no checksums. */
function lz4OfStoredBlock(bytes: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE((bytes.length | 0x80000000) >>> 0);
  // 0x82 is the second byte of xxHash32 of the two descriptor bytes.
  return Buffer.concat([Buffer.from('04224d18604082', 'hex'), size, bytes, Buffer.alloc(4)]);
}
