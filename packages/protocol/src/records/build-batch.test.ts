import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BATCH_HEADER_SIZE_BYTES,
  baseTimestamp,
  codec,
  hasDeleteHorizon,
  lastOffset,
  lastSequence,
  maxTimestamp,
  recordCount,
} from './batch-header.ts';
import { buildBatch } from './build-batch.ts';
import {
  buildEndTxnMarkerBatch,
  controlRecordKey,
  controlRecordType,
  endTxnMarkerCoordinatorEpoch,
} from './control-records.ts';
import { readRecords } from './read-records.ts';
import { verifyBatchAt } from './walk-batches.ts';

test('a batch that compaction emptied is a bare header that keeps offsets and sequences', () => {
  const batch = buildBatch([], {
    baseOffset: 100,
    lastOffsetDelta: 4,
    producerId: 7,
    producerEpoch: 1,
    baseSequence: 20,
    maxTimestampMs: 5000,
    codec: 'zstd',
  });
  assert.equal(batch.length, BATCH_HEADER_SIZE_BYTES);
  assert.equal(verifyBatchAt(batch, 0), BATCH_HEADER_SIZE_BYTES);
  assert.deepEqual([lastOffset(batch, 0), lastSequence(batch, 0), recordCount(batch, 0)], [104, 24, 0]);
  assert.deepEqual([baseTimestamp(batch, 0), maxTimestamp(batch, 0), codec(batch, 0)], [-1, 5000, 'none']);
  assert.deepEqual(readRecords(batch), []);
});

test('a delete horizon stands in the place of the base timestamp, and records keep their times', () => {
  const batch = buildBatch(
    [
      { key: 'k', timestampMs: 1000 },
      { key: 'l', timestampMs: 900 },
    ],
    { deleteHorizonMs: 9000 },
  );
  assert.ok(hasDeleteHorizon(batch, 0));
  assert.equal(baseTimestamp(batch, 0), 9000);
  assert.equal(maxTimestamp(batch, 0), 1000);
  const records = readRecords(batch);
  assert.ok(Array.isArray(records));
  assert.deepEqual(
    records.map(({ timestampMs }) => timestampMs),
    [1000, 900],
  );
});

test('records may have gaps between their offsets, never step back', () => {
  const batch = buildBatch([{ offsetDelta: 1 }, { offsetDelta: 5 }], { baseOffset: 10, lastOffsetDelta: 7 });
  assert.equal(lastOffset(batch, 0), 17);
  const records = readRecords(batch);
  assert.ok(Array.isArray(records));
  assert.deepEqual(
    records.map(({ offset }) => offset),
    [11, 15],
  );
  assert.throws(() => buildBatch([{ offsetDelta: 5 }, { offsetDelta: 5 }]), /offsets rise/);
});

test('a transaction marker is a control batch of one record', () => {
  const batch = buildEndTxnMarkerBatch({
    type: 'COMMIT',
    producerId: 3,
    producerEpoch: 2,
    coordinatorEpoch: 11,
    timestampMs: 1234,
  });
  assert.equal(verifyBatchAt(batch, 0), batch.length);
  assert.equal(batch.readInt16BE(21), 0x30);
  const records = readRecords(batch);
  assert.ok(Array.isArray(records));
  assert.equal(controlRecordType(records[0]?.key ?? null), 'COMMIT');
  assert.equal(endTxnMarkerCoordinatorEpoch(records[0]?.value ?? null), 11);
});

test('control keys of later types are unknown, other bytes are none', () => {
  assert.equal(controlRecordType(controlRecordKey('KRAFT_VOTERS')), 'KRAFT_VOTERS');
  assert.equal(controlRecordType(Buffer.from('00000063', 'hex')), 'unknown');
  assert.equal(controlRecordType(Buffer.from('000100010000', 'hex')), 'COMMIT');
  assert.equal(controlRecordType(Buffer.from('ffff0001', 'hex')), undefined);
  assert.equal(controlRecordType(Buffer.from('0000', 'hex')), undefined);
  assert.equal(controlRecordType(null), undefined);
  assert.equal(endTxnMarkerCoordinatorEpoch(Buffer.from('00000000', 'hex')), undefined);
});
