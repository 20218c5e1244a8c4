import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import fc from 'fast-check';
import { createAppendBatch, recordSizeBytesMax } from './append-batch.ts';

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const records = fc.array(
  fc.record({
    key: bytes,
    value: fc.option(bytes),
    timestampMs: fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }),
  }),
  { minLength: 1, maxLength: 200 },
);

test('a batch is what the protocol would build of its records, one after the other, within the size that it told', () => {
  const batch = createAppendBatch(() => 'none');
  const producer = { producerId: 7, producerEpoch: 3 };
  fc.assert(
    fc.property(records, fc.boolean(), (added, isTransactional) => {
      const before = batch.sizeBytes;
      let sizeBytesMax = before;
      for (const { timestampMs, ...record } of added) {
        batch.add(record, timestampMs);
        sizeBytesMax += recordSizeBytesMax(record);
        assert(batch.sizeBytes <= sizeBytesMax);
      }
      const { sizeBytes } = batch;
      const taken = batch.take(isTransactional ? producer : undefined);
      assert.equal(taken.length, sizeBytes);
      assert.deepEqual(taken, buildBatch(added, isTransactional ? { ...producer, isTransactional } : {}));
      assert.deepEqual([batch.recordCount, batch.sizeBytes], [0, before]);
    }),
  );
});

test('a compressed batch too', () => {
  const batch = createAppendBatch(() => 'gzip');
  const record = { key: Buffer.from('key'), value: Buffer.alloc(1000, 'x') };
  batch.add(record, 5);
  batch.add({ ...record, value: null }, 4);
  const added = [
    { ...record, timestampMs: 5 },
    { ...record, value: null, timestampMs: 4 },
  ];
  assert.deepEqual(batch.take(), buildBatch(added, { codec: 'gzip' }));
});
