import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { ByteReader } from './byte-reader.ts';
import { crc32c } from './crc32c.ts';
import type { Json, JsonObject } from './decode.ts';

const compressions = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** Whole batches of magic 2 to JSON, so that offsets, epochs, timestamps and contents are compared one by one. */
export function describeRecords(bytes: Buffer): Json {
  const batches: Json[] = [];
  const reader = new ByteReader(bytes);
  while (reader.left >= 61) {
    const start = reader.offset;
    const baseOffset = reader.int64();
    const size = reader.int32();
    if (size < 49 || size > reader.left) {
      reader.offset = start;
      break;
    }
    batches.push({ baseOffset, ...describeBatch(new ByteReader(reader.take(size))) });
  }
  if (reader.left > 0) batches.push({ _partialBytes: reader.left });
  return batches;
}

function describeBatch(reader: ByteReader): JsonObject {
  const batch: JsonObject = { partitionLeaderEpoch: reader.int32(), magic: reader.int8() };
  const crc = reader.uint32();
  const actualCrc = crc32c(reader.buffer.subarray(reader.offset));
  if (crc !== actualCrc) batch.crcMatches = false;
  const attributes = reader.int16();
  const compression = compressions[attributes & 7] ?? `unknown ${attributes & 7}`;
  batch.attributes = attributes;
  batch.lastOffsetDelta = reader.int32();
  const baseTimestamp = reader.int64();
  batch.baseTimestamp = baseTimestamp;
  batch.maxTimestamp = reader.int64();
  batch.producerId = reader.int64();
  batch.producerEpoch = reader.int16();
  batch.baseSequence = reader.int32();
  const count = reader.int32();
  batch.recordCount = count;
  const payload = reader.take(reader.left);
  const records = decompress(payload, compression);
  // The size on the wire is compared only where the compressor cannot change it.
  if (compression === 'none') batch.sizeBytes = payload.length;
  batch.records = records === undefined ? `<${compression}>` : describeEach(records, count, Number(baseTimestamp));
  return batch;
}

function decompress(payload: Buffer, compression: string): Buffer | undefined {
  if (compression === 'none') return payload;
  if (compression === 'gzip') return gunzipSync(payload);
  if (compression === 'zstd') return zstdDecompressSync(payload);
  return undefined;
}

function describeEach(bytes: Buffer, count: number, baseTimestamp: number): Json {
  const reader = new ByteReader(bytes);
  const records: Json[] = [];
  for (let index = 0; index < count; index++) {
    const size = reader.varlong();
    const record = new ByteReader(reader.take(size));
    record.int8();
    const timestamp = baseTimestamp + record.varlong();
    const offsetDelta = record.varlong();
    const key = varstring(record);
    const value = varstring(record);
    const headers: Json[] = [];
    const headerCount = record.varlong();
    for (let header = 0; header < headerCount; header++) headers.push([varstring(record), varstring(record)]);
    records.push({ offsetDelta, timestamp, key, value, ...(headers.length > 0 ? { headers } : {}) });
  }
  return records;
}

function varstring(reader: ByteReader): string | null {
  const size = reader.varlong();
  return size < 0 ? null : abbreviate(reader.take(size).toString('latin1'));
}

function abbreviate(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 40)}… (${text.length})`;
}
