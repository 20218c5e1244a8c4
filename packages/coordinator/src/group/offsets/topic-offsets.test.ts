import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CommittedOffset, TopicOffsets } from './topic-offsets.ts';

const TOPIC_IDS = ['AAAAAAAAAAAAAAAAAAAAAA', 'AAAAAAAAAAAAAAAAAAAAAQ', 'AAAAAAAAAAAAAAAAAAAAAg'];
const partition = fc.oneof(fc.nat(9), fc.constantFrom(-1, 1_000, 2 ** 31 - 1));

const change = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), partition }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      partition,
      offset: fc.maxSafeNat(),
      leaderEpoch: fc.integer({ min: -1, max: 5 }),
      commitTimestamp: fc.maxSafeNat(),
      metadata: fc.constantFrom('', '', 'a note'),
      expireTimestamp: fc.constantFrom(-1, -1, 77),
      topicId: fc.constantFrom(...TOPIC_IDS),
    }),
  },
);

test('a topic’s offsets are what was set last, in the order of the partitions', () => {
  fc.assert(
    fc.property(fc.constantFrom(...TOPIC_IDS), fc.array(change, { maxLength: 40 }), (topicId, changes) => {
      const offsets = new TopicOffsets(topicId);
      const model = new Map<number, CommittedOffset>();
      for (const each of changes) {
        if (each.kind === 'delete') {
          assert.equal(offsets.delete(each.partition), model.delete(each.partition));
        } else {
          offsets.set(each.partition, each);
          const { commitTimestamp: commitTimestampMs, expireTimestamp: expireTimestampMs } = each;
          const { offset, leaderEpoch, metadata } = each;
          const rest = { metadata, commitTimestampMs, expireTimestampMs, topicId: each.topicId };
          model.set(each.partition, { partition: each.partition, offset, leaderEpoch, ...rest });
        }
        const expected = [...model.values()].sort((a, b) => a.partition - b.partition);
        assert.deepEqual([...offsets.values()], expected);
        assert.deepEqual([...offsets.partitionsFromLast()], expected.map((one) => one.partition).reverse());
        assert.deepEqual(
          [...offsets.values(each.partition)],
          expected.filter((one) => one.partition >= each.partition),
        );
        assert.equal(offsets.size, model.size);
        assert.deepEqual(offsets.get(each.partition), model.get(each.partition));
        assert.equal(offsets.has(each.partition), model.has(each.partition));
      }
    }),
    { numRuns: 300 },
  );
});

test('what a commit leaves out is none: no leader epoch, no expiry, no topic id', () => {
  const offsets = new TopicOffsets('AAAAAAAAAAAAAAAAAAAAAA');
  offsets.set(3, { offset: 5, metadata: '', commitTimestamp: 1 });
  assert.deepEqual(offsets.get(3), {
    partition: 3,
    offset: 5,
    leaderEpoch: -1,
    metadata: '',
    commitTimestampMs: 1,
    expireTimestampMs: -1,
    topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
  });
});
