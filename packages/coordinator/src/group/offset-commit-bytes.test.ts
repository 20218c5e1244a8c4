import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offsetCommitKeyCodec } from '@sluice/protocol/generated/records/group/offset-commit-key';
import {
  type OffsetCommitValueInput,
  offsetCommitValueCodec,
} from '@sluice/protocol/generated/records/group/offset-commit-value';
import type { MessageCodec } from '@sluice/protocol/message-codec';
import { Writer } from '@sluice/protocol/writer';
import fc from 'fast-check';
import { createOffsetCommitBytes } from './offset-commit-bytes.ts';

const int32 = fc.integer();
const text = fc.oneof(fc.constantFrom('', 'a', 'orders', 'é語'), fc.string({ unit: 'binary', maxLength: 200 }));
const key = fc.record({ group: text, topic: text, partition: fc.oneof(fc.nat(20), int32) });
const value = fc.record(
  {
    offset: fc.oneof(fc.nat(), fc.maxSafeInteger()),
    leaderEpoch: int32,
    metadata: text,
    commitTimestamp: fc.maxSafeInteger(),
    expireTimestamp: fc.constantFrom(-1, -1, 0, 77, Number.MAX_SAFE_INTEGER),
    topicId: fc.constantFrom('AAAAAAAAAAAAAAAAAAAAAA', 'AAAAAAAAAAAAAAAAAAAAAQ', '01x4AbnHQyOuh3Z87punlQ'),
  },
  { requiredKeys: ['offset', 'metadata', 'commitTimestamp'] },
);

test('bytes are those of the codecs, whatever came before', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, value), { maxLength: 20 }), (commits) => {
      const bytes = createOffsetCommitBytes();
      const written = commits.map(([k, v]) => [bytes.key(k), bytes.value(v)]);
      const expected = commits.map(([k, v]) => [expectedOf(offsetCommitKeyCodec, k, 1, 0), expectedValue(v)]);
      assert.deepEqual(written, expected);
    }),
    { numRuns: 500 },
  );
});

test('bytes outlive many more of them', () => {
  const bytes = createOffsetCommitBytes();
  const commits = Array.from({ length: 5_000 }, (_, partition) => {
    return {
      k: { group: 'group', topic: 'orders', partition },
      v: { offset: partition, metadata: '', commitTimestamp: 1 },
    };
  });
  const written = commits.map(({ k, v }) => [bytes.key(k), bytes.value({ ...v, topicId: '01x4AbnHQyOuh3Z87punlQ' })]);
  for (const [partition, pair] of written.entries()) {
    assert.equal(pair[0]?.readInt32BE(pair[0].length - 4), partition);
    assert.equal(pair[1]?.readBigInt64BE(2), BigInt(partition));
  }
});

test('what does not fit its type is refused', () => {
  const bytes = createOffsetCommitBytes();
  const good = { offset: 1, metadata: '', commitTimestamp: 1, topicId: '01x4AbnHQyOuh3Z87punlQ' };
  for (let round = 0; round < 2; round++) {
    assert.throws(() => bytes.value({ ...good, offset: 2 ** 53 }), RangeError);
    assert.throws(() => bytes.value({ ...good, commitTimestamp: 0.5 }), RangeError);
    assert.throws(() => bytes.value({ ...good, leaderEpoch: 2 ** 31 }), RangeError);
    assert.throws(() => bytes.key({ group: 'g', topic: 't', partition: 2 ** 31 }), RangeError);
    assert.equal(bytes.value(good).length, 42);
  }
});

function expectedValue(input: OffsetCommitValueInput): Buffer {
  const version = (input.expireTimestamp ?? -1) === -1 ? 4 : 1;
  return expectedOf(offsetCommitValueCodec, input, version, version);
}

function expectedOf<Input>(codec: MessageCodec<unknown, Input>, input: Input, prefix: number, version: number): Buffer {
  const writer = new Writer();
  writer.int16(prefix);
  codec.encode(writer, input, version);
  return Buffer.concat(writer.finish());
}
