import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ZERO_UUID } from '@sluice/kernel/ids';
import { REPEATS_MAX, withFewRepeatedPartitions, withFewRepeats } from './few-repeats.ts';

const asking = { groupId: 'group', memberId: null, memberEpoch: -1 };
const topic = (name: string, ...partitionIndexes: number[]) => ({ name, topicId: ZERO_UUID, partitionIndexes });
const again = <T>(item: T, count: number) => Array<T>(count).fill(item);

test('what is asked for so many times again is answered as often, once more is left out', () => {
  const whole = ['a', ...again('a', REPEATS_MAX)];
  assert.deepEqual(
    withFewRepeats(whole, (id) => id),
    whole,
  );
  assert.deepEqual(
    withFewRepeats([...whole, 'a', 'b', 'b'], (id) => id),
    [...whole, 'b'],
  );
});

test('partitions of all topics count together, also if a topic is named twice', () => {
  const topics = [topic('a', 0, ...again(0, REPEATS_MAX - 1)), topic('b', 0), topic('a', 0, 1)];
  assert.deepEqual(withFewRepeatedPartitions({ ...asking, topics }).topics, topics);
  const more = [...topics, topic('a', 1, 2), topic('b', 0), topic('c', 0, 0)];
  assert.deepEqual(withFewRepeatedPartitions({ ...asking, topics: more }).topics, [
    ...topics,
    topic('a', 2),
    topic('c', 0),
  ]);
});

test('topics of different ids are different, whatever their names', () => {
  const ids = Array.from({ length: REPEATS_MAX + 2 }, (_, index) => `id ${index}`);
  const topics = ids.map((topicId) => ({ name: '', topicId, partitionIndexes: [0] }));
  assert.deepEqual(withFewRepeatedPartitions({ ...asking, topics }).topics, topics);
});

test('asking for all topics, or for no partition of one, stays as it is', () => {
  assert.equal(withFewRepeatedPartitions({ ...asking, topics: null }).topics, null);
  assert.deepEqual(withFewRepeatedPartitions({ ...asking, topics: [topic('a')] }).topics, [topic('a')]);
});
