import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { CODECS } from '../compression/codec.ts';
import { compress } from '../compression/registry.ts';
import { type BatchErrorTag, isBatchError } from './batch-error.ts';
import { attributes, computeCrc, patchUnderCrc } from './batch-header.ts';
import { behindHeader, buildBatch, type NewRecord } from './build-batch.ts';
import { readRecords, visitRecords } from './read-records.ts';
import { recompress } from './recompress.ts';

const LIMITS = { payloadSizeBytesMax: 1 << 20, recordCountMax: 10_000 };

function tagOf(batch: Buffer, limits = LIMITS): BatchErrorTag | 'fine' {
  const result = readRecords(batch, 0, limits);
  return isBatchError(result) ? result.tag : 'fine';
}

/** A batch whose payload and count are what the caller says, with a right CRC. */
function forged(payload: Buffer, count: number, codecId = 0): Buffer {
  const batch = behindHeader(payload);
  buildBatch([{ value: '' }]).copy(batch, 0, 0, 61);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(count, 57);
  patchUnderCrc(batch, 0, { attributes: codecId });
  return batch;
}

/** attributes, deltas, key and value null, no headers: the smallest record, 7 bytes. */
const SMALLEST = Buffer.from('0c000000010100', 'hex');

/** Objects as literals make them, for deepEqual. */
const PLAIN = { noNullPrototype: true } as const;

const bytes = fc.option(
  fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
  { nil: null },
);
const record = fc.record(
  {
    key: bytes,
    value: bytes,
    timestampMs: fc.integer({ min: 0, max: 2 ** 45 }),
    headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme' }), value: bytes }, PLAIN), { maxLength: 3 }),
  },
  PLAIN,
);

test('records of every codec round-trip with their offsets, times and sequences', () => {
  const options = fc.record({
    codec: fc.constantFrom(...CODECS),
    baseOffset: fc.nat({ max: 2 ** 48 }),
    producerId: fc.nat(),
    producerEpoch: fc.nat({ max: 32767 }),
    baseSequence: fc.integer({ min: -1, max: 2 ** 31 - 100 }),
    isTransactional: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), options, (records, batchOptions) => {
      const read = readRecords(buildBatch(records, batchOptions));
      assert.deepEqual(
        read,
        records.map((original, index) => ({
          ...original,
          offset: batchOptions.baseOffset + index,
          sequence: batchOptions.baseSequence < 0 ? -1 : batchOptions.baseSequence + index,
        })),
      );
    }),
  );
});

test('a visit can stop early', () => {
  const batch = buildBatch([{ value: 'a' }, { value: 'b' }, { value: 'c' }]);
  const offsets: number[] = [];
  const error = visitRecords(batch, 0, LIMITS, ({ offset }) => {
    offsets.push(offset);
    return offset < 1;
  });
  assert.equal(error, undefined);
  assert.deepEqual(offsets, [0, 1]);
});

test('2 kB of zstd that claim ten million records are refused before they are unpacked', () => {
  const payload = zstdCompressSync(Buffer.alloc(10_000_000 * SMALLEST.length, SMALLEST));
  const batch = forged(payload, 10_000_000, 4);
  assert.ok(payload.length < 10_000);
  assert.equal(tagOf(batch), 'too-large');
  const error = readRecords(batch);
  assert.ok(isBatchError(error) && error.tag === 'too-large');
  // A count that lies small does not help: the payload is cut off at its own limit.
  assert.equal(tagOf(forged(payload, 1, 4)), 'too-large');
});

test('limits hold exactly', () => {
  const payload = Buffer.alloc(SMALLEST.length * 100, SMALLEST);
  for (const codec of CODECS) {
    const batch = forged(compress(codec, payload), 100, CODECS.indexOf(codec));
    assert.equal(tagOf(batch, { payloadSizeBytesMax: 700, recordCountMax: 100 }), 'fine', codec);
    assert.equal(tagOf(batch, { payloadSizeBytesMax: 699, recordCountMax: 100 }), 'too-large', codec);
    assert.equal(tagOf(batch, { payloadSizeBytesMax: 700, recordCountMax: 99 }), 'too-large', codec);
  }
});

test('a record count that is not the number of records is an error, whichever way', () => {
  for (const [codecId, codec] of CODECS.entries()) {
    const payload = compress(codec, Buffer.concat([SMALLEST, SMALLEST]));
    assert.equal(tagOf(forged(payload, 2, codecId)), 'fine');
    for (const count of [-1, 0, 1, 3, 1000]) {
      assert.equal(tagOf(forged(payload, count, codecId)), 'count-mismatch', `${codec}, ${count}`);
    }
  }
});

test('a codec that does not exist, and a payload that is not of its codec', () => {
  for (const codecId of [5, 6, 7]) assert.equal(tagOf(forged(SMALLEST, 1, codecId)), 'unknown-codec');
  for (const codecId of [1, 2, 3, 4]) assert.equal(tagOf(forged(SMALLEST, 1, codecId)), 'corrupt-compression');
});

test('lengths, varints and counts inside a record are bounded by the record', () => {
  const cases: [string, string, BatchErrorTag][] = [
    ['length does not end', 'ffffffffffff0000', 'bad-record'],
    ['length is negative', '01000000010100', 'bad-record'],
    ['length leads past the batch', '0e000000010100', 'bad-record'],
    ['length is too short', '0a000000010100', 'bad-record'],
    ['key leads past the record', '0c000000020100', 'bad-record'],
    ['key claims 2^31-1 bytes', '14000000feffffff0f0100', 'bad-record'],
    ['value leads past the record', '0c000000010a00', 'bad-record'],
    ['more headers than bytes', '0c000000010102', 'bad-record'],
    ['2^31-1 headers', '140000000101feffffff0f', 'bad-record'],
    ['a negative header count', '0c000000010101', 'bad-record'],
    ['a null header key', '100000000101020101', 'bad-record'],
    ['a header value past the record', '10000000010102000a', 'bad-record'],
    ['a negative offset delta', '0c000001010100', 'bad-record'],
    ['a timestamp beyond 2^53-1', '1c00ffffffffffffffff7f00010100', 'bad-record'],
  ];
  for (const [name, record, tag] of cases) assert.equal(tagOf(forged(Buffer.from(record, 'hex'), 1)), tag, name);
});

test('an offset or a timestamp that leaves the safe integers by its delta is an error', () => {
  const batch = buildBatch([{ value: 'a', offsetDelta: 2 }], { baseOffset: 2 ** 53 - 2 });
  assert.equal(tagOf(batch), 'unsafe-integer');
  const late = buildBatch([
    { value: 'a', timestampMs: 0 },
    { value: 'b', timestampMs: 5 },
  ]);
  patchUnderCrc(late, 0, { baseTimestampMs: 2 ** 53 - 3 });
  assert.equal(tagOf(late), 'unsafe-integer');
});

test('changed and cut batches give records or an error value, within the limits', () => {
  const mutation = fc.record({ at: fc.nat(), byte: fc.nat({ max: 255 }) });
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 10 }),
      fc.constantFrom(...CODECS),
      fc.array(mutation, { maxLength: 5 }),
      fc.nat(),
      (records: NewRecord[], codec, mutations, cut) => {
        const batch = buildBatch(records, { codec });
        for (const { at, byte } of mutations) batch.writeUInt8(byte, 12 + (at % (batch.length - 12)));
        const cutBatch = cut % 3 === 0 ? batch.subarray(0, cut % batch.length) : batch;
        const read = readRecords(cutBatch, 0, LIMITS);
        if (!isBatchError(read)) assert.ok(read.length <= LIMITS.recordCountMax);
        const again = recompress(cutBatch, 0, 'gzip', undefined, LIMITS);
        if (!isBatchError(again)) assert.equal(computeCrc(again, 0), again.readUInt32BE(17));
      },
    ),
    { numRuns: 500 },
  );
});

test('recompressing to none leaves the plain batch, and takes a level', () => {
  const records = [{ key: 'k', value: 'v'.repeat(1000), headers: [{ key: 'h', value: null }] }];
  const plain = buildBatch(records, { baseOffset: 4, isTransactional: true, producerId: 9, baseSequence: 3 });
  const packed = recompress(plain, 0, 'zstd', 19);
  assert.ok(!isBatchError(packed));
  assert.equal(attributes(packed, 0), 0x14);
  assert.deepEqual(recompress(packed, 0, 'none'), plain);
});
