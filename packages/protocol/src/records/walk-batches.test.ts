import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BatchErrorTag } from './batch-error.ts';
import { buildBatch } from './build-batch.ts';
import { checkBatchAt, verifyBatchAt, walkBatches } from './walk-batches.ts';

const one = buildBatch([{ value: 'one' }]);
const two = buildBatch([{ key: 'k', value: 'two' }, { value: null }], { baseOffset: 1 });

function tagOf(result: number | { tag: BatchErrorTag }): BatchErrorTag | number {
  return typeof result === 'number' ? result : result.tag;
}

function changed(batch: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(batch);
  change(copy);
  return copy;
}

test('batches are walked one behind the other', () => {
  assert.deepEqual(
    [...walkBatches(Buffer.concat([one, two]))],
    [
      { kind: 'batch', position: 0, sizeBytes: one.length },
      { kind: 'batch', position: one.length, sizeBytes: two.length },
    ],
  );
  assert.deepEqual([...walkBatches(Buffer.alloc(0))], []);
});

test('a walk ends with the first error', () => {
  const broken = changed(two, (copy) => copy.writeInt8(3, 16));
  assert.deepEqual(
    [...walkBatches(Buffer.concat([one, broken, one]))].map((item) =>
      item.kind === 'batch' ? item.position : item.tag,
    ),
    [0, 'bad-magic'],
  );
});

test('every cut is truncated, and the bound is the end that is given', () => {
  for (let size = 0; size < one.length; size++) {
    assert.equal(tagOf(checkBatchAt(one.subarray(0, size), 0)), 'truncated', `${size} bytes`);
    assert.equal(tagOf(checkBatchAt(one, 0, size)), 'truncated', `${size} bytes`);
  }
  assert.equal(checkBatchAt(one, 0), one.length);
});

test('impossible lengths, magics, numbers and CRCs are told apart', () => {
  const cases: [string, (copy: Buffer) => void, BatchErrorTag][] = [
    ['length 13', (copy) => copy.writeInt32BE(13, 8), 'too-small'],
    ['length 48', (copy) => copy.writeInt32BE(48, 8), 'too-small'],
    ['a negative length', (copy) => copy.writeInt32BE(-1, 8), 'too-small'],
    ['the largest length', (copy) => copy.writeInt32BE(2 ** 31 - 1, 8), 'truncated'],
    ['magic 0', (copy) => copy.writeInt8(0, 16), 'old-magic'],
    ['magic 1', (copy) => copy.writeInt8(1, 16), 'old-magic'],
    ['magic 3', (copy) => copy.writeInt8(3, 16), 'bad-magic'],
    ['magic -1', (copy) => copy.writeInt8(-1, 16), 'bad-magic'],
    ['a huge base offset', (copy) => copy.writeBigInt64BE(2n ** 53n, 0), 'unsafe-integer'],
    ['a huge base timestamp', (copy) => copy.writeBigInt64BE(-(2n ** 60n), 27), 'unsafe-integer'],
    ['a huge maximal timestamp', (copy) => copy.writeBigInt64BE(2n ** 63n - 1n, 35), 'unsafe-integer'],
    ['a huge producer id', (copy) => copy.writeBigInt64BE(2n ** 53n, 43), 'unsafe-integer'],
    ['a wrong CRC', (copy) => copy.writeUInt32BE(1, 17), 'bad-crc'],
  ];
  for (const [name, change, tag] of cases) assert.equal(tagOf(verifyBatchAt(changed(one, change), 0)), tag, name);
  // Magic 0 and 1 are known even where the batch is shorter than a magic-2 header.
  const short = changed(one.subarray(0, 30), (copy) => {
    copy.writeInt32BE(18, 8);
    copy.writeInt8(1, 16);
  });
  assert.equal(tagOf(checkBatchAt(short, 0)), 'old-magic');
});
