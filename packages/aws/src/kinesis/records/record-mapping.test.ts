import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { kinesisRecordOf, partitionKeyOf } from './record-mapping.ts';

describe('a record of a Kafka producer', () => {
  it('has its key as partition key, whatever that is', () => {
    assert.equal(partitionKeyOf(Buffer.from('größe')), 'größe');
    assert.equal(partitionKeyOf(null), '-');
    assert.equal(partitionKeyOf(Buffer.alloc(0)), '-');
    assert.equal(partitionKeyOf(Buffer.from([0xff, 0xfe])), '//4=');
    assert.equal(partitionKeyOf(Buffer.from('x'.repeat(300))).length, 256);
  });

  it('without a value has no data, and a time of its own or none', () => {
    const record = { offset: 7, timestampMs: -1, sequence: -1, key: null, value: null, headers: [] };
    const mapped = kinesisRecordOf(record, String, false);
    assert.deepEqual(mapped, {
      SequenceNumber: '7',
      ApproximateArrivalTimestamp: 0,
      Data: Buffer.alloc(0),
      PartitionKey: '-',
    });
  });
});
