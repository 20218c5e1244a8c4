import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  attributes,
  attributesOf,
  baseOffset,
  baseTimestamp,
  codec,
  codecId,
  hasDeleteHorizon,
  isControlBatch,
  isCrcValid,
  isTransactional,
  lastSequence,
  maxTimestamp,
  partitionLeaderEpoch,
  patchUnderCrc,
  sequenceAfter,
  setBaseOffset,
  setPartitionLeaderEpoch,
  stampLogAppendTime,
  timestampType,
} from './batch-header.ts';
import { buildBatch } from './build-batch.ts';
import { readRecords } from './read-records.ts';

/** At a position, so that one that is forgotten shows. */
const AT = 3;
function batchAt(): Buffer {
  const batch = buildBatch(
    [
      { value: 'a', timestampMs: 1000 },
      { value: 'b', timestampMs: 1005 },
    ],
    { baseOffset: 7 },
  );
  return Buffer.concat([Buffer.alloc(AT, 0xaa), batch]);
}

test('the base offset and the leader epoch change without the CRC', () => {
  const buffer = batchAt();
  setBaseOffset(buffer, AT, 2 ** 40 + 5);
  setPartitionLeaderEpoch(buffer, AT, 12);
  assert.equal(baseOffset(buffer, AT), 2 ** 40 + 5);
  assert.equal(partitionLeaderEpoch(buffer, AT), 12);
  assert.ok(isCrcValid(buffer, AT));
});

test('attributes and timestamps change together with the CRC', () => {
  const buffer = batchAt();
  patchUnderCrc(buffer, AT, { attributes: 0x10, baseTimestampMs: 500, maxTimestampMs: 2 ** 41 });
  assert.ok(isCrcValid(buffer, AT));
  assert.ok(isTransactional(buffer, AT));
  assert.equal(baseTimestamp(buffer, AT), 500);
  assert.equal(maxTimestamp(buffer, AT), 2 ** 41);
  patchUnderCrc(buffer, AT, { maxTimestampMs: 9 });
  assert.ok(isCrcValid(buffer, AT));
  assert.deepEqual([attributes(buffer, AT), baseTimestamp(buffer, AT), maxTimestamp(buffer, AT)], [0x10, 500, 9]);
});

test('stamping with the append time makes it the time of every record', () => {
  const buffer = batchAt();
  stampLogAppendTime(buffer, AT, 77_000);
  assert.ok(isCrcValid(buffer, AT));
  assert.equal(timestampType(buffer, AT), 'LogAppendTime');
  const records = readRecords(buffer, AT);
  assert.ok(Array.isArray(records));
  assert.deepEqual(
    records.map((record) => record.timestampMs),
    [77_000, 77_000],
  );
});

test('a changed byte anywhere under the CRC, and in the CRC, shows', () => {
  const buffer = batchAt();
  for (let index = AT + 17; index < buffer.length; index++) {
    const changed = Buffer.from(buffer);
    changed.writeUInt8(changed.readUInt8(index) ^ 0x40, index);
    assert.ok(!isCrcValid(changed, AT), `byte ${index}`);
  }
});

test('each attribute has its bit', () => {
  const none = {
    codecId: 0,
    timestampType: 'CreateTime',
    isTransactional: false,
    isControlBatch: false,
    hasDeleteHorizon: false,
  } as const;
  assert.equal(attributesOf(none), 0);
  assert.equal(attributesOf({ ...none, codecId: 4 }), 0x04);
  assert.equal(attributesOf({ ...none, timestampType: 'LogAppendTime' }), 0x08);
  assert.equal(attributesOf({ ...none, isTransactional: true }), 0x10);
  assert.equal(attributesOf({ ...none, isControlBatch: true }), 0x20);
  assert.equal(attributesOf({ ...none, hasDeleteHorizon: true }), 0x40);

  const buffer = batchAt();
  patchUnderCrc(buffer, AT, { attributes: 0x7d });
  assert.equal(codecId(buffer, AT), 5);
  assert.equal(codec(buffer, AT), undefined);
  assert.ok(isControlBatch(buffer, AT) && hasDeleteHorizon(buffer, AT) && isTransactional(buffer, AT));
});

test('sequences wrap to 0 behind 2^31-1', () => {
  assert.equal(sequenceAfter(-1, 5), -1);
  assert.equal(sequenceAfter(2 ** 31 - 1, 0), 2 ** 31 - 1);
  assert.equal(sequenceAfter(2 ** 31 - 1, 1), 0);
  const batch = buildBatch([{ value: 'a' }, { value: 'b' }, { value: 'c' }], {
    producerId: 1,
    baseSequence: 2 ** 31 - 2,
  });
  assert.equal(lastSequence(batch, 0), 0);
  const records = readRecords(batch);
  assert.ok(Array.isArray(records));
  assert.deepEqual(
    records.map((record) => record.sequence),
    [2 ** 31 - 2, 2 ** 31 - 1, 0],
  );
});
