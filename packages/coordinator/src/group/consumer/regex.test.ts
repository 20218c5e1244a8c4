import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assignedBy, createConsumerFixture } from '../../testing/consumer-fixture.ts';
import { testTopicId } from '../../testing/test-topics.ts';
import { REGEX_REFRESH_INTERVAL_MS_MAX, REGEX_REFRESH_INTERVAL_MS_MIN } from './regex-resolution.ts';

const BY_REGEX = { subscribedTopicNames: [], subscribedTopicRegex: 'o.*' };

test('a regular expression is resolved after the join, and assigned with a later heartbeat', async () => {
  const fixture = createConsumerFixture();
  const joined = fixture.joinAs('a', BY_REGEX);
  assert.equal(joined.memberEpoch, 1);
  assert.deepEqual(assignedBy(joined, fixture.topics), {});
  await fixture.clock.advance(0);
  assert.equal(fixture.group().groupEpoch, 2);
  const response = fixture.heartbeat('a', 1);
  assert.equal(response.memberEpoch, 2);
  assert.deepEqual(assignedBy(response, fixture.topics), { orders: [0, 1, 2, 3, 4, 5] });
});

test('the whole name has to match', async () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a', { subscribedTopicNames: [], subscribedTopicRegex: 'rder' });
  await fixture.clock.advance(0);
  assert.equal(fixture.group().isSubscribedTo('orders'), false);
});

test('names and a regular expression add up', async () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a', { subscribedTopicNames: ['payments'], subscribedTopicRegex: 'o.*' });
  await fixture.clock.advance(0);
  const response = fixture.heartbeat('a', 2);
  assert.deepEqual(Object.keys(assignedBy(response, fixture.topics) ?? {}).sort(), ['orders', 'payments']);
});

test('a regular expression that is resolved already is assigned with the join', async () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a', BY_REGEX);
  await fixture.clock.advance(0);
  fixture.heartbeat('a', 1);
  assert.equal(fixture.joinAs('b', BY_REGEX).memberEpoch, 3);
});

test('a new topic is found by a heartbeat, but not within ten seconds of the last look', async () => {
  const fixture = createConsumerFixture();
  const { topics, clock } = fixture;
  fixture.joinAs('a', BY_REGEX);
  await clock.advance(0);
  fixture.heartbeat('a', 1);
  topics.put({ name: 'others' });
  await clock.advance(REGEX_REFRESH_INTERVAL_MS_MIN);
  fixture.heartbeat('a', 2);
  await clock.advance(0);
  assert.equal(fixture.group().isSubscribedTo('others'), false);
  await clock.advance(1);
  fixture.heartbeat('a', 2);
  await clock.advance(0);
  assert.deepEqual(Object.keys(assignedBy(fixture.heartbeat('a', 2), topics) ?? {}).sort(), ['orders', 'others']);
});

test('without a change of the topics it is looked at every ten minutes', async () => {
  const fixture = createConsumerFixture({ settings: { sessionTimeoutMs: () => 10_000_000 } });
  fixture.joinAs('a', BY_REGEX);
  await fixture.clock.advance(0);
  fixture.heartbeat('a', 1);
  const written = fixture.records.length;
  await fixture.clock.advance(REGEX_REFRESH_INTERVAL_MS_MAX);
  fixture.heartbeat('a', 2);
  await fixture.clock.advance(0);
  assert.equal(fixture.records.length, written);
  await fixture.clock.advance(1);
  fixture.heartbeat('a', 2);
  await fixture.clock.advance(0);
  assert.equal(fixture.records.length, written + 1);
  assert.equal(fixture.group().groupEpoch, 2);
});

test('a deleted topic is given up, before it is looked for', async () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a', BY_REGEX);
  await fixture.clock.advance(0);
  fixture.heartbeat('a', 1);
  fixture.topics.delete('orders');
  assert.deepEqual(assignedBy(fixture.heartbeat('a', 2), fixture.topics), {});
});

test('a regular expression that nobody has any more is forgotten', async () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a', BY_REGEX);
  fixture.joinAs('b', BY_REGEX);
  await fixture.clock.advance(0);
  fixture.heartbeat('a', -1);
  assert.equal(fixture.group().subscriptions.resolvedCount, 1);
  fixture.heartbeat('b', -1);
  assert.equal(fixture.group().subscriptions.resolvedCount, 0);
  assert.equal(fixture.group().isSubscribedTo('orders'), false);
});

test('a member that goes over to names gives up what only its regular expression matched', async () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a', BY_REGEX);
  await fixture.clock.advance(0);
  fixture.heartbeat('a', 1);
  const response = fixture.heartbeat('a', 2, { subscribedTopicNames: ['payments'], subscribedTopicRegex: '' });
  assert.deepEqual(assignedBy(response, fixture.topics), {});
  assert.equal(fixture.group().subscriptions.hasRegexes, false);
});

test('what a member forsakes for a regular expression that matches nothing goes to others', async () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a', BY_REGEX);
  await fixture.clock.advance(0);
  fixture.heartbeat('a', 1);
  fixture.joinAs('b', { subscribedTopicNames: ['orders'] });
  fixture.heartbeat('a', 2, { topicPartitions: [{ topicId: testTopicId('orders'), partitions: [0, 1, 2] }] });
  fixture.heartbeat('b', 3);
  fixture.heartbeat('a', 3, { subscribedTopicNames: [], subscribedTopicRegex: 'none', topicPartitions: [] });
  await fixture.clock.advance(REGEX_REFRESH_INTERVAL_MS_MIN + 1);
  fixture.heartbeat('a', 3);
  await fixture.clock.advance(0);
  assert.equal(fixture.group().groupEpoch, 4);
  const response = fixture.heartbeat('b', 3);
  assert.deepEqual(assignedBy(response, fixture.topics), { orders: [0, 1, 2, 3, 4, 5] });
  assert.equal(fixture.heartbeat('a', 3).memberEpoch, 4);
});

test('members that come with many regular expressions are looked after in one go', async () => {
  const fixture = createConsumerFixture();
  for (let index = 0; index < 5; index++) {
    fixture.joinAs(`m${index}`, { subscribedTopicNames: [], subscribedTopicRegex: `o.{${index}}.*` });
  }
  await fixture.clock.advance(0);
  assert.equal(fixture.group().subscriptions.resolvedCount, 5);
  assert.equal(fixture.group().groupEpoch, 2);
});

test('a regular expression that an earlier broker took and we do not matches nothing, and is not looked at all the time', async () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a', BY_REGEX);
  const records = fixture.records.map((record) =>
    record.type === 'consumer-group-member-metadata' && record.value !== null
      ? { ...record, value: { ...record.value, subscribedTopicRegex: '(' } }
      : record,
  );
  const after = createConsumerFixture({ records });
  after.heartbeat('a', 1);
  await after.clock.advance(0);
  assert.deepEqual([...(after.group().subscriptions.resolved('(')?.topics ?? ['none'])], []);
  const written = after.records.length;
  after.heartbeat('a', 1);
  await after.clock.advance(0);
  assert.equal(after.records.length, written);
});
