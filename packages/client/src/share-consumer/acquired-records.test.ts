import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { buildEndTxnMarkerBatch } from '@sluice/protocol/records/control-records';
import fc from 'fast-check';
import { readAcquired } from './acquired-records.ts';

function batch(baseOffset: number, count: number, codec: 'none' | 'zstd' = 'none'): Buffer {
  const records = Array.from({ length: count }, (_, index) => ({ value: `${baseOffset + index}`, timestampMs: 0 }));
  return buildBatch(records, { baseOffset, codec });
}

const acquired = (firstOffset: number, lastOffset: number, deliveryCount = 1) => ({
  firstOffset,
  lastOffset,
  deliveryCount,
});
const offsetsOf = ({ records }: ReturnType<typeof readAcquired>) => records.map(({ record }) => record.offset);

describe('the acquired records of a fetch', () => {
  it('are those of the batches that lie in an acquired range, with its delivery count', () => {
    const read = readAcquired(Buffer.concat([batch(0, 5), batch(5, 5, 'zstd')]), [acquired(3, 3, 2), acquired(6, 7)]);
    assert.deepEqual(
      read.records.map(({ record, deliveryCount }) => `${record.value}×${deliveryCount}`),
      ['3×2', '6×1', '7×1'],
    );
    assert.deepEqual(read.gaps, []);
  });

  it('leaves gaps where there is no record for a user', () => {
    const ended = { type: 'COMMIT', producerId: 1, producerEpoch: 0, coordinatorEpoch: 0, timestampMs: 0 } as const;
    const marker = buildEndTxnMarkerBatch({ ...ended, baseOffset: 2 });
    // 5 to 9 were compacted away.
    const read = readAcquired(Buffer.concat([batch(0, 2), marker, batch(3, 2), batch(10, 1)]), [acquired(1, 10)]);
    assert.deepEqual(offsetsOf(read), [1, 3, 4, 10]);
    assert.deepEqual(read.gaps, [
      { firstOffset: 2, lastOffset: 2 },
      { firstOffset: 5, lastOffset: 9 },
    ]);
  });

  it('are told apart from those that nobody can read', () => {
    const broken = batch(2, 3);
    broken.writeUInt8(broken.readUInt8(broken.length - 1) ^ 1, broken.length - 1);
    const read = readAcquired(Buffer.concat([batch(0, 2), broken, batch(5, 1)]), [acquired(1, 3), acquired(4, 5)]);
    assert.deepEqual(offsetsOf(read), [1, 5]);
    assert.deepEqual(read.corrupt, [
      { firstOffset: 2, lastOffset: 3 },
      { firstOffset: 4, lastOffset: 4 },
    ]);
    assert.deepEqual(read.gaps, []);
  });

  it('says of every acquired offset one thing', () => {
    const present = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(present, fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 39 }), (there, from, length) => {
        const offsets = there.flatMap((isThere, offset) => (isThere ? [offset] : []));
        const encoded = Buffer.concat([...offsets.map((offset) => batch(offset, 1)), batch(there.length, 60)]);
        const range = acquired(from, from + length);
        const read = readAcquired(encoded, [range]);
        const said = [
          ...offsetsOf(read),
          ...read.gaps.flatMap(({ firstOffset, lastOffset }) =>
            Array.from({ length: lastOffset - firstOffset + 1 }, (_, index) => firstOffset + index),
          ),
        ].sort((a, b) => a - b);
        const all = Array.from({ length: length + 1 }, (_, index) => from + index);
        assert.deepEqual(said, all);
        assert.deepEqual(
          offsetsOf(read),
          all.filter((offset) => there[offset] ?? true),
        );
      }),
    );
  });
});
