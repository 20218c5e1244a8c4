import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CODECS, type Codec } from '../compression/codec.ts';
import { isBatchError } from './batch-error.ts';
import * as header from './batch-header.ts';
import { type BatchOptions, buildBatch, type NewRecord } from './build-batch.ts';
import { controlRecordType, endTxnMarkerCoordinatorEpoch } from './control-records.ts';
import { DEFAULT_READ_LIMITS, readRecords, visitRecords } from './read-records.ts';
import { recompress } from './recompress.ts';
import type { BatchRecord } from './record.ts';
import { recordHeaders, recordKey, recordValue } from './record-cursor.ts';
import { verifyBatchAt } from './walk-batches.ts';

interface Vector {
  readonly hex: string;
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly sizeBytes: number;
  readonly partitionLeaderEpoch: number;
  readonly magic: number;
  readonly crc: number;
  readonly compression: string;
  readonly timestampType: string;
  readonly isTransactional: boolean;
  readonly isControlBatch: boolean;
  readonly maxTimestamp: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly lastSequence: number;
  readonly recordCount: number;
  readonly records: readonly {
    readonly offset: number;
    readonly timestamp: number;
    readonly key: string | null;
    readonly value: string | null;
    readonly headers: readonly (readonly [string, string | null])[];
  }[];
}

const file = new URL('../../vectors/record-batches.jsonl', import.meta.url);
const vectors: Vector[] = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

/** In a larger buffer, so that a position that is forgotten shows. */
const PADDING_SIZE_BYTES = 5;
function padded(vector: Vector): Buffer {
  const padding = Buffer.alloc(PADDING_SIZE_BYTES, 0xee);
  return Buffer.concat([padding, Buffer.from(vector.hex, 'hex'), padding]);
}

function mustRead(batch: Buffer, position = 0): BatchRecord[] {
  const records = readRecords(batch, position);
  if (isBatchError(records)) assert.fail(`${records.tag}: ${records.message}`);
  return records;
}

function hex(bytes: Buffer | null): string | null {
  return bytes === null ? null : bytes.toString('hex');
}

test('there are 250 batches, with every codec', () => {
  assert.equal(vectors.length, 250);
  assert.deepEqual(new Set(vectors.map((vector) => vector.compression)), new Set(CODECS));
});

test('every header field of a batch by Kafka is read', () => {
  for (const vector of vectors) {
    const batch = padded(vector);
    const at = PADDING_SIZE_BYTES;
    assert.equal(verifyBatchAt(batch, at), vector.sizeBytes);
    const { hex: _bytes, records: _records, ...expected } = vector;
    assert.deepEqual(
      {
        baseOffset: header.baseOffset(batch, at),
        lastOffset: header.lastOffset(batch, at),
        sizeBytes: header.batchSizeBytes(batch, at),
        partitionLeaderEpoch: header.partitionLeaderEpoch(batch, at),
        magic: header.magic(batch, at),
        crc: header.crc(batch, at),
        compression: header.codec(batch, at),
        timestampType: header.timestampType(batch, at),
        isTransactional: header.isTransactional(batch, at),
        isControlBatch: header.isControlBatch(batch, at),
        maxTimestamp: header.maxTimestamp(batch, at),
        producerId: header.producerId(batch, at),
        producerEpoch: header.producerEpoch(batch, at),
        baseSequence: header.baseSequence(batch, at),
        lastSequence: header.lastSequence(batch, at),
        recordCount: header.recordCount(batch, at),
      },
      expected,
    );
  }
});

test('every record of a batch by Kafka is read', () => {
  for (const vector of vectors) {
    const records = mustRead(padded(vector), PADDING_SIZE_BYTES);
    const seen = records.map((record) => ({
      offset: record.offset,
      timestamp: record.timestampMs,
      key: hex(record.key),
      value: hex(record.value),
      headers: record.headers.map(({ key, value }) => [key, hex(value)]),
    }));
    assert.deepEqual(seen, vector.records);
    for (const record of records) {
      const expected = vector.baseSequence < 0 ? -1 : vector.baseSequence + (record.offset - vector.baseOffset);
      assert.equal(record.sequence, expected);
    }
  }
});

/** The batch taken apart into what `buildBatch` takes, with the timestamps as stored. */
function takenApart(batch: Buffer): { records: NewRecord[]; options: BatchOptions } {
  const records: NewRecord[] = [];
  const error = visitRecords(batch, 0, DEFAULT_READ_LIMITS, (record) => {
    records.push({
      key: recordKey(record),
      value: recordValue(record),
      headers: recordHeaders(record),
      timestampMs: header.baseTimestamp(batch, 0) + record.timestampDeltaMs,
      offsetDelta: record.offsetDelta,
    });
  });
  assert.equal(error, undefined);
  const isAppendTime = header.timestampType(batch, 0) === 'LogAppendTime';
  return {
    records,
    options: {
      baseOffset: header.baseOffset(batch, 0),
      partitionLeaderEpoch: header.partitionLeaderEpoch(batch, 0),
      codec: header.codec(batch, 0),
      producerId: header.producerId(batch, 0),
      producerEpoch: header.producerEpoch(batch, 0),
      baseSequence: header.baseSequence(batch, 0),
      isTransactional: header.isTransactional(batch, 0),
      isControlBatch: header.isControlBatch(batch, 0),
      logAppendTimeMs: isAppendTime ? header.maxTimestamp(batch, 0) : undefined,
    },
  };
}

test("an uncompressed batch is rebuilt to Kafka's bytes, a compressed one to the same records", () => {
  let equal = 0;
  for (const vector of vectors) {
    const original = Buffer.from(vector.hex, 'hex');
    const { records, options } = takenApart(original);
    const rebuilt = buildBatch(records, options);
    if (vector.compression === 'none') {
      assert.equal(rebuilt.toString('hex'), vector.hex);
      equal++;
    } else {
      assert.equal(header.codec(rebuilt, 0), vector.compression);
      assert.equal(verifyBatchAt(rebuilt, 0), rebuilt.length);
      assert.deepEqual(mustRead(rebuilt), mustRead(original));
    }
  }
  assert.equal(equal, 69);
});

test('a batch recompressed by each codec keeps its records and its other fields', () => {
  for (const vector of vectors) {
    const original = Buffer.from(vector.hex, 'hex');
    for (const codec of CODECS) {
      const batch = recompress(padded(vector), PADDING_SIZE_BYTES, codec satisfies Codec);
      if (isBatchError(batch)) assert.fail(batch.message);
      assert.equal(verifyBatchAt(batch, 0), batch.length);
      assert.equal(header.codec(batch, 0), codec);
      assert.deepEqual(mustRead(batch), mustRead(original));
      assert.deepEqual(
        { ...takenApart(batch).options, codec: undefined },
        { ...takenApart(original).options, codec: undefined },
      );
    }
  }
});

test('the control batches are transaction markers', () => {
  const controls = vectors.filter((vector) => vector.isControlBatch);
  assert.equal(controls.length, 28);
  for (const vector of controls) {
    for (const record of mustRead(Buffer.from(vector.hex, 'hex'))) {
      assert.match(controlRecordType(record.key) ?? '', /^(COMMIT|ABORT)$/);
      assert.ok((endTxnMarkerCoordinatorEpoch(record.value) ?? -1) >= 0);
    }
  }
});
