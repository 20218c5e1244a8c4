import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteReader } from './byte-reader.ts';
import { crc32c } from './crc32c.ts';
import { decodeBody } from './decode.ts';
import { describeRecords } from './describe-records.ts';
import { encodeBody } from './encode.ts';
import { batch, numbered } from './record-batch.ts';
import { schemaOf } from './schema.ts';

test('CRC-32C of the check string', () => {
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
});

test('a body reads back as it was written, flexible or not, unknown tags included', () => {
  const schema = schemaOf('FetchRequest');
  for (let version = schema.versions.min; version <= schema.latestStable; version++) {
    const named = version >= 13 ? { topicId: 'AQEBAQEBQAGAAQEBAQEBAQ' } : { topic: 'orders' };
    const body = { maxWaitMs: 5, topics: [{ ...named, partitions: [{ partition: 2, fetchOffset: 7 }] }] };
    const read = decodeBody(schema, version, new ByteReader(encodeBody(schema, version, body)));
    assert.equal(read.maxWaitMs, 5);
    assert.equal(read._bytesLeftOver, undefined);
    assert.match(JSON.stringify(read.topics), /"partition":2,.*"fetchOffset":7/);
  }
  const tagged = encodeBody(schemaOf('ApiVersionsRequest'), 3, { _tags: { 1000: Buffer.from('t') } });
  assert.equal(decodeBody(schemaOf('ApiVersionsRequest'), 3, new ByteReader(tagged))._tag1000, '74');
});

test('a batch is described with its records, and a broken checksum shows', () => {
  for (const compression of ['none', 'gzip', 'zstd'] as const) {
    const [described] = describeRecords(batch({ compression, records: numbered(2, 1000) })) as Record<
      string,
      unknown
    >[];
    assert.equal(described?.crcMatches, undefined);
    assert.deepEqual(described?.records, [
      { offsetDelta: 0, timestamp: 1000, key: 'key-0', value: 'value-0' },
      { offsetDelta: 1, timestamp: 1001, key: 'key-1', value: 'value-1' },
    ]);
  }
  const [broken] = describeRecords(batch({ records: numbered(1, 0), breakCrc: true })) as Record<string, unknown>[];
  assert.equal(broken?.crcMatches, false);
});
