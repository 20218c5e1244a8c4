import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ZERO_UUID } from '@sluice/kernel/ids';
import { eachGroupOnce, eachPartitionOnce } from './asked-once.ts';

const asking = { groupId: 'group', memberId: null, memberEpoch: -1 };
const topic = (name: string, ...partitionIndexes: number[]) => ({ name, topicId: ZERO_UUID, partitionIndexes });

test('a partition that is asked for twice is answered once, also if its topic is named twice', () => {
  const topics = [topic('a', 1, 0, 1), topic('b', 1), topic('a', 0, 2), topic('a', 2)];
  assert.deepEqual(eachPartitionOnce({ ...asking, topics }).topics, [topic('a', 1, 0), topic('b', 1), topic('a', 2)]);
});

test('topics of different ids are different, whatever their names', () => {
  const topics = ['aaaa', 'bbbb'].map((topicId) => ({ name: '', topicId, partitionIndexes: [0] }));
  assert.deepEqual(eachPartitionOnce({ ...asking, topics }).topics, topics);
});

test('asking for all topics, or for no partition of one, stays as it is', () => {
  assert.equal(eachPartitionOnce({ ...asking, topics: null }).topics, null);
  assert.deepEqual(eachPartitionOnce({ ...asking, topics: [topic('a')] }).topics, [topic('a')]);
});

test('of a group that is asked for twice the first request counts', () => {
  const all = { ...asking, topics: null };
  const one = { ...asking, topics: [topic('a', 0)] };
  assert.deepEqual(eachGroupOnce([all, one, { ...one, groupId: 'other' }]), [all, { ...one, groupId: 'other' }]);
});
