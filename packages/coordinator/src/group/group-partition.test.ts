import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partitionOfGroup } from './group-partition.ts';

test('a group is kept where Kafka keeps it', () => {
  // Java: Utils.abs(id.hashCode()) % 50
  const expected = { '': 0, a: 47, group: 47, 'console-consumer-1': 24, polygenelubricants: 0, ö: 46, '😀': 49 };
  const found = Object.fromEntries(Object.keys(expected).map((groupId) => [groupId, partitionOfGroup(groupId, 50)]));
  assert.deepEqual(found, expected);
});
