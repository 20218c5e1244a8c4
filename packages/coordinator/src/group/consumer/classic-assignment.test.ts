import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestTopics, testTopicId } from '../../testing/test-topics.ts';
import { withTopicIds } from './classic-assignment.ts';

test('topics that do not exist are left out, partitions are sorted and come once', () => {
  const topics = createTestTopics({ name: 'orders', partitionCount: 6 });
  const owned = [
    { topic: 'orders', partitions: [3, 1] },
    { topic: 'gone', partitions: [0] },
    { topic: 'orders', partitions: [1, 0] },
  ];
  assert.deepEqual(withTopicIds(topics, owned), [{ topicId: testTopicId('orders'), partitions: [0, 1, 3] }]);
});

// With a copy for each time, this would not come to its end.
test('a topic that a member says to own a hundred thousand times is one', () => {
  const topics = createTestTopics({ name: 'orders', partitionCount: 6 });
  const owned = Array.from({ length: 100_000 }, (_, partition) => ({ topic: 'orders', partitions: [partition] }));
  const [orders, ...others] = withTopicIds(topics, owned);
  assert.equal(orders?.partitions.length, 100_000);
  assert.equal(others.length, 0);
});
