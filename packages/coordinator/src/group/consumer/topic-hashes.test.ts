import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestTopics } from '../../testing/test-topics.ts';
import { createTopicHashes, hashOfTopic } from './topic-hashes.ts';

/** By the methods of Kafka 4.3.1 that make the hashes. */
const FOO_HASH = 8619749747357746931n;
const BAR_HASH = -9040046638078056797n;
const BOTH_HASH = 4032207179680539093n;

function kafkasTopics() {
  const topics = createTestTopics();
  topics.put({ name: 'foo', id: '0123456789abcdefABCDEg', racks: [[], ['a', 'b'], ['a']] });
  topics.put({ name: 'bär', id: 'AAAAAAAAAAAAAAAAAAAAAQ', partitionCount: 100 });
  return topics;
}

test("a topic's hash is Kafka's: of its name, id, partitions and racks", () => {
  const topics = kafkasTopics();
  const [foo, bar] = [topics.byName('foo'), topics.byName('bär')];
  assert.ok(foo !== undefined && bar !== undefined);
  assert.equal(hashOfTopic(foo), FOO_HASH);
  assert.equal(hashOfTopic(bar), BAR_HASH);
});

test("a group's hash is Kafka's, whatever the order of its topics, and those that do not exist do not count", () => {
  const hashes = createTopicHashes(kafkasTopics());
  assert.equal(hashes.ofTopics(['foo', 'bär']), BOTH_HASH);
  assert.equal(hashes.ofTopics(['bär', 'none', 'foo']), BOTH_HASH);
});

test('no topic that exists hashes to 0', () => {
  const hashes = createTopicHashes(kafkasTopics());
  assert.equal(hashes.ofTopics([]), 0n);
  assert.equal(hashes.ofTopics(['none']), 0n);
});

test('a topic that gets a partition changes the hash', () => {
  const topics = kafkasTopics();
  const hashes = createTopicHashes(topics);
  const before = hashes.ofTopics(['bär']);
  topics.put({ name: 'bär', id: 'AAAAAAAAAAAAAAAAAAAAAQ', partitionCount: 101 });
  assert.notEqual(hashes.ofTopics(['bär']), before);
});
