import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { encodeConsumerSubscription } from '@sluice/protocol/consumer-protocol';
import { createConsumerFixture } from '../../testing/consumer-fixture.ts';
import { createTestTopics } from '../../testing/test-topics.ts';
import type { ConsumerGroupRecord, GroupRecord } from '../group-record.ts';
import { groupRecordSerde } from '../group-record-serde.ts';

const GROUP = 'new';
const STATIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';
const REGEX_ID = 'AAAAAAAAAAAAAAAAAAAAAg';
const CLASSIC_ID = 'AAAAAAAAAAAAAAAAAAAAAw';

/** What a real Kafka wrote of the group, when the requests below were sent to it. */
function kafkasRecords(): ConsumerGroupRecord[] {
  const lines = readFileSync(new URL('../../../fixtures/consumer-offsets.jsonl', import.meta.url), 'utf8');
  const records: (GroupRecord | undefined)[] = lines
    .trim()
    .split('\n')
    .map((line) => {
      const { key, value } = JSON.parse(line) as { key: string; value: string | null };
      return groupRecordSerde.decode(Buffer.from(key, 'hex'), value === null ? null : Buffer.from(value, 'hex'));
    });
  return ofGroup(records);
}

function ofGroup(records: readonly (GroupRecord | undefined)[]): ConsumerGroupRecord[] {
  return records.filter(
    (record): record is ConsumerGroupRecord =>
      record !== undefined && 'groupId' in record.key && record.key.groupId === GROUP,
  );
}

function kafkasTopics() {
  const idOf = (hex: string) => Buffer.from(hex, 'hex').toString('base64url');
  return createTestTopics(
    { name: 'orders', id: idOf('e972753a3ab94a91aaa4fc501d83228b'), partitionCount: 3 },
    { name: 'payments', id: idOf('3072e1fd3f6047f49c2ced178166f835'), partitionCount: 3 },
  );
}

/** Times and the topics' version are of their own world; Kafka leaves the order of members and topics open. */
function comparable(records: readonly ConsumerGroupRecord[]): string[] {
  const texts = records.map((record) => {
    const plain = JSON.stringify(record, (key, value: unknown) => {
      if (['assignmentTimestamp', 'timestamp', 'version'].includes(key)) return undefined;
      if (typeof value === 'bigint') return String(value);
      return key === 'topicPartitions' && Array.isArray(value)
        ? value.toSorted((a, b) => (a.topicId < b.topicId ? -1 : 1))
        : value;
    });
    return { type: record.type, plain };
  });
  // Runs of target records are sorted.
  for (let start = 0; start < texts.length; start++) {
    let end = start;
    while (texts[end]?.type === 'consumer-group-target-assignment-member' && records[end]?.value !== null) end++;
    if (end > start)
      texts.splice(start, end - start, ...texts.slice(start, end).sort((a, b) => (a.plain < b.plain ? -1 : 1)));
    start = Math.max(start, end - 1);
  }
  return texts.map(({ plain }) => plain);
}

test('the same requests write the same records as to Apache Kafka 4.3.1', async () => {
  const settings = { assignmentIntervalMs: () => 1000 };
  const fixture = createConsumerFixture({ topics: kafkasTopics(), settings, clientId: 'conformance' });
  const first = { groupId: GROUP, rebalanceTimeoutMs: 30_000 };
  fixture.joinAs(STATIC_ID, { ...first, instanceId: 'static-1', rackId: 'rack-a', serverAssignor: 'range' });
  const byRegex = { ...first, subscribedTopicNames: null, subscribedTopicRegex: 'pay.*' };
  fixture.joinAs(REGEX_ID, byRegex);
  await fixture.clock.advance(1000);
  fixture.heartbeat(REGEX_ID, 1, byRegex);
  fixture.heartbeat(REGEX_ID, -1, { groupId: GROUP });
  const metadata = encodeConsumerSubscription({ topics: ['orders', 'payments'] }, 1);
  await fixture.clock.advance(1000);
  fixture.joinClassic({
    groupId: GROUP,
    memberId: CLASSIC_ID,
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 60_000,
    protocols: [{ name: 'range', metadata }],
  });
  const [ours, kafkas] = [comparable(ofGroup(fixture.records)), comparable(kafkasRecords())];
  for (const [index, record] of kafkas.entries()) assert.equal(ours[index], record, `record ${index}`);
  assert.equal(ours.length, kafkas.length);
});

test('a group that Kafka wrote goes on here, without a rebalance', () => {
  const fixture = createConsumerFixture({ topics: kafkasTopics(), records: kafkasRecords() });
  const { groupState, groupEpoch, assignmentEpoch, assignorName, members } = fixture.describe(GROUP);
  assert.deepEqual([groupState, groupEpoch, assignmentEpoch, assignorName], ['Reconciling', 5, 5, 'range']);
  assert.deepEqual(
    members.map(({ memberId, instanceId, memberEpoch, memberType }) => [memberId, instanceId, memberEpoch, memberType]),
    [
      [STATIC_ID, 'static-1', 2, 1],
      [CLASSIC_ID, null, 5, 0],
    ],
  );
  const [orders] = [fixture.topics.byName('orders')];
  const response = fixture.heartbeat(STATIC_ID, 2, {
    groupId: GROUP,
    instanceId: 'static-1',
    topicPartitions: [{ topicId: orders?.id ?? '', partitions: [0, 1] }],
  });
  assert.equal(response.memberEpoch, 5);
  assert.equal(fixture.group(GROUP).groupEpoch, 5);
});
