import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatSequenceNumber, parseSequenceNumber } from './sequence-number.ts';

const position = fc.record(
  {
    shard: fc.nat({ max: 2 ** 31 - 1 }),
    generation: fc.integer({ min: 1_000_000_000, max: 16_000_000_000 }),
    offset: fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER - 1 }),
  },
  { noNullPrototype: true },
);

describe('sequence numbers', () => {
  it('have 56 digits, and say where the record is', () => {
    fc.assert(
      fc.property(position, (each) => {
        const text = formatSequenceNumber(each);
        assert.equal(text.length, 56);
        assert.deepEqual(parseSequenceNumber(text), each);
      }),
    );
  });

  it('rise with the offset, and from parent to child', () => {
    fc.assert(
      fc.property(position, position, (a, b) => {
        const [one, other] = [a, b].map((each) => BigInt(formatSequenceNumber(each)));
        assert(one !== undefined && other !== undefined);
        if (a.generation < b.generation) assert(one < other);
        else if (a.generation === b.generation && a.shard === b.shard && a.offset < b.offset) assert(one < other);
      }),
    );
  });

  it('of others are not taken for ours', () => {
    for (const text of ['0', '12', '', 'x', '-1', '1'.repeat(56), '9'.repeat(129)]) {
      assert.equal(parseSequenceNumber(text), undefined, text);
    }
    const ours = formatSequenceNumber({ shard: 3, generation: 1_700_000_000, offset: 7 });
    assert.equal(parseSequenceNumber((BigInt(ours) + 1n).toString()), undefined);
  });
});
