import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ZERO_UUID } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { consumerGroupDescribeRequestCodec } from '@sluice/protocol/generated/messages/consumer-group-describe-request';
import { consumerGroupDescribeResponseCodec } from '@sluice/protocol/generated/messages/consumer-group-describe-response';
import { describeGroupsRequestCodec } from '@sluice/protocol/generated/messages/describe-groups-request';
import { describeGroupsResponseCodec } from '@sluice/protocol/generated/messages/describe-groups-response';
import { findCoordinatorRequestCodec } from '@sluice/protocol/generated/messages/find-coordinator-request';
import { findCoordinatorResponseCodec } from '@sluice/protocol/generated/messages/find-coordinator-response';
import { joinGroupRequestCodec } from '@sluice/protocol/generated/messages/join-group-request';
import { joinGroupResponseCodec } from '@sluice/protocol/generated/messages/join-group-response';
import { leaveGroupRequestCodec } from '@sluice/protocol/generated/messages/leave-group-request';
import { leaveGroupResponseCodec } from '@sluice/protocol/generated/messages/leave-group-response';
import { metadataRequestCodec } from '@sluice/protocol/generated/messages/metadata-request';
import { metadataResponseCodec } from '@sluice/protocol/generated/messages/metadata-response';
import { offsetCommitRequestCodec } from '@sluice/protocol/generated/messages/offset-commit-request';
import { offsetCommitResponseCodec } from '@sluice/protocol/generated/messages/offset-commit-response';
import { offsetDeleteRequestCodec } from '@sluice/protocol/generated/messages/offset-delete-request';
import { offsetDeleteResponseCodec } from '@sluice/protocol/generated/messages/offset-delete-response';
import { offsetFetchRequestCodec } from '@sluice/protocol/generated/messages/offset-fetch-request';
import { offsetFetchResponseCodec } from '@sluice/protocol/generated/messages/offset-fetch-response';
import { createTopic, deleteTopic, produce } from '../testing/requests.ts';
import { startTestBroker } from '../testing/test-broker.ts';
import type { TestClient } from '../testing/test-client.ts';
import { REPEATS_MAX } from './few-repeats.ts';

const FIND = { request: findCoordinatorRequestCodec, response: findCoordinatorResponseCodec };
const METADATA = { request: metadataRequestCodec, response: metadataResponseCodec };
const COMMIT = { request: offsetCommitRequestCodec, response: offsetCommitResponseCodec };
const FETCH = { request: offsetFetchRequestCodec, response: offsetFetchResponseCodec };
const DELETE = { request: offsetDeleteRequestCodec, response: offsetDeleteResponseCodec };
const JOIN = { request: joinGroupRequestCodec, response: joinGroupResponseCodec };
const DESCRIBE = { request: describeGroupsRequestCodec, response: describeGroupsResponseCodec };
const CONSUMER_DESCRIBE = {
  request: consumerGroupDescribeRequestCodec,
  response: consumerGroupDescribeResponseCodec,
};
const LEAVE = { request: leaveGroupRequestCodec, response: leaveGroupResponseCodec };
const GROUP = 0;
const ABSENT_ID = 'YWJzZW50LXRvcGljLWlkMA';

const settings = { 'offsets.topic.num.partitions': '3', 'group.initial.rebalance.delay.ms': '0' };

async function findCoordinator(client: TestClient, keys: readonly string[] = ['group']) {
  const { coordinators } = await client.ask(FIND, 6, { keyType: GROUP, coordinatorKeys: keys });
  return coordinators;
}

function commitOf(name: string, topicId: string, offsets: Readonly<Record<number, number>>) {
  const partitions = Object.entries(offsets).map(([partition, committedOffset]) => ({
    partitionIndex: Number(partition),
    committedOffset,
    committedMetadata: '',
  }));
  return { name, topicId, partitions };
}

function errorsOf(topics: readonly { partitions: readonly { partitionIndex: number; errorCode: number }[] }[]) {
  return topics.flatMap(({ partitions }) => partitions.map((each) => [each.partitionIndex, each.errorCode]));
}

const joining = {
  groupId: 'group',
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 60_000,
  memberId: '',
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
};

describe('groups over a connection', () => {
  test('the first look for a coordinator makes __consumer_offsets, as an internal topic of its own settings', async () => {
    await using broker = await startTestBroker({ settings });
    const client = await broker.connect();
    const [a, b] = await findCoordinator(client, ['a', 'b']);
    for (const found of [a, b]) {
      assert.deepEqual([found?.errorCode, found?.nodeId, found?.port], [0, 1, broker.broker.listeners[0]?.port]);
    }
    const { topics } = await client.ask(METADATA, 13, { topics: null });
    assert.deepEqual(
      topics.map(({ name, isInternal, partitions }) => [name, isInternal, partitions.length]),
      [['__consumer_offsets', true, 3]],
    );
    assert.equal(
      (await produce(client, ['x'], { topic: '__consumer_offsets' })).errorCode,
      ErrorCode.INVALID_TOPIC_EXCEPTION,
    );
  });

  test('whoever asks for the metadata of __consumer_offsets makes it alike', async () => {
    await using broker = await startTestBroker({ settings });
    const client = await broker.connect();
    const ask = async () =>
      (await client.ask(METADATA, 13, { topics: [{ name: '__consumer_offsets' }], allowAutoTopicCreation: true }))
        .topics[0];
    let topic = await ask();
    while (topic?.errorCode !== ErrorCode.NONE) topic = await ask();
    assert.equal(topic.partitions.length, 3);
  });

  test('offsets by name: what exists is committed, the rest is unknown', async () => {
    await using broker = await startTestBroker({ settings });
    const client = await broker.connect();
    await createTopic(client, 'orders', 2);
    await findCoordinator(client);
    const { topics } = await client.ask(COMMIT, 9, {
      groupId: 'group',
      topics: [
        commitOf('orders', ZERO_UUID, { 0: 10, 1: 11, 2: 12, [-1]: 13 }),
        commitOf('absent', ZERO_UUID, { 0: 1 }),
      ],
    });
    const unknown = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    assert.deepEqual(
      topics.map(({ name }) => name),
      ['orders', 'absent'],
    );
    assert.deepEqual(
      errorsOf(topics.slice(0, 1)).toSorted(([a = 0], [b = 0]) => a - b),
      [
        [-1, unknown],
        [0, 0],
        [1, 0],
        [2, unknown],
      ],
    );
    const { groups } = await client.ask(FETCH, 9, { groups: [{ groupId: 'group', topics: null }] });
    assert.deepEqual(
      groups[0]?.topics[0]?.partitions.map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]),
      [
        [0, 10],
        [1, 11],
      ],
    );
    const old = await client.ask(FETCH, 1, {
      groupId: 'group',
      topics: [{ name: 'orders', partitionIndexes: [1, 5] }],
    });
    assert.deepEqual(
      old.topics[0]?.partitions.map(({ committedOffset, errorCode }) => [committedOffset, errorCode]),
      [
        [11, 0],
        [-1, 0],
      ],
    );
    const deleted = await client.ask(DELETE, 0, {
      groupId: 'group',
      topics: [{ name: 'orders', partitions: [{ partitionIndex: 1 }, { partitionIndex: 9 }] }],
    });
    assert.deepEqual(errorsOf(deleted.topics), [
      [9, unknown],
      [1, 0],
    ]);
  });

  test('offsets by id: an unknown id is told, and a deleted topic takes its offsets along', async () => {
    await using broker = await startTestBroker({ settings });
    const client = await broker.connect();
    const topicId = await createTopic(client, 'orders', 2);
    await findCoordinator(client);
    const { topics } = await client.ask(COMMIT, 10, {
      groupId: 'group',
      topics: [commitOf('', topicId, { 0: 10 }), commitOf('', ABSENT_ID, { 0: 1 })],
    });
    assert.deepEqual(
      topics.map((topic) => [topic.topicId, topic.partitions[0]?.errorCode]),
      [
        [ABSENT_ID, ErrorCode.UNKNOWN_TOPIC_ID],
        [topicId, 0],
      ],
    );
    const fetch = async (asked: { topicId: string; partitionIndexes: number[] }[] | null) =>
      (await client.ask(FETCH, 10, { groups: [{ groupId: 'group', topics: asked }] })).groups[0]?.topics.map(
        (topic) => [topic.topicId, topic.partitions[0]?.committedOffset, topic.partitions[0]?.errorCode],
      );
    const both = [topicId, ABSENT_ID].map((id) => ({ topicId: id, partitionIndexes: [0] }));
    assert.deepEqual(await fetch(both), [
      [topicId, 10, 0],
      [ABSENT_ID, -1, ErrorCode.UNKNOWN_TOPIC_ID],
    ]);
    assert.deepEqual(await fetch(null), [[topicId, 10, 0]]);
    await deleteTopic(client, 'orders');
    await createTopic(client, 'orders', 2);
    assert.deepEqual(await fetch(null), []);
    const { groups } = await client.ask(FETCH, 9, { groups: [{ groupId: 'group', topics: null }] });
    assert.deepEqual(groups[0]?.topics, []);
  });

  test('a member whose connection ends while it waits holds up nothing, and a broker that stops lets nobody wait', async () => {
    const broker = await startTestBroker({ settings: { ...settings, 'group.initial.rebalance.delay.ms': '600000' } });
    const [gone, waiting] = [await broker.connect(), await broker.connect()];
    await findCoordinator(gone);
    gone.tell(joinGroupRequestCodec, 3, joining);
    gone.close();
    const joined = waiting.ask(JOIN, 3, joining);
    // Another connection is served meanwhile: the one that waits has been taken up by then.
    const other = await broker.connect();
    await findCoordinator(other);
    await broker.close();
    assert.equal((await joined).errorCode, ErrorCode.NOT_COORDINATOR);
  });

  test('a member id is required first, and leaving answers in the form of each version', async () => {
    await using broker = await startTestBroker({ settings });
    const client = await broker.connect();
    await findCoordinator(client);
    const first = await client.ask(JOIN, 9, joining);
    assert.equal(first.errorCode, ErrorCode.MEMBER_ID_REQUIRED);
    const { memberId, errorCode } = await client.ask(JOIN, 9, { ...joining, memberId: first.memberId });
    assert.equal(errorCode, 0);
    const absent = await client.ask(LEAVE, 2, { groupId: 'group', memberId: 'absent' });
    assert.equal(absent.errorCode, ErrorCode.UNKNOWN_MEMBER_ID);
    const left = await client.ask(LEAVE, 5, { groupId: 'group', members: [{ memberId }, { memberId: 'absent' }] });
    assert.equal(left.errorCode, 0);
    assert.deepEqual(
      left.members.map((member) => member.errorCode),
      [0, ErrorCode.UNKNOWN_MEMBER_ID],
    );
  });

  test('a small request that names a group or a partition again and again is not answered with megabytes', async () => {
    await using broker = await startTestBroker({ settings });
    const client = await broker.connect();
    await createTopic(client, 'orders');
    await findCoordinator(client);
    const partition = { partitionIndex: 0, committedOffset: 1, committedMetadata: 'm'.repeat(4096) };
    await client.ask(COMMIT, 9, { groupId: 'group', topics: [{ name: 'orders', partitions: [partition] }] });
    const again = <T>(item: T) => Array<T>(500).fill(item);
    const fetched = await client.ask(FETCH, 8, { groups: again({ groupId: 'group', topics: null }) });
    assert.equal(fetched.groups.length, 1 + REPEATS_MAX);
    const topics = [{ name: 'orders', partitionIndexes: again(0) }];
    const { groups } = await client.ask(FETCH, 8, { groups: [{ groupId: 'group', topics }] });
    assert.deepEqual(
      groups[0]?.topics.map(({ partitions }) => partitions.length),
      [1 + REPEATS_MAX],
    );
    assert.equal((await client.ask(FETCH, 7, { groupId: 'group', topics })).topics.length, 1);
    assert.equal((await client.ask(DESCRIBE, 5, { groups: again('group') })).groups.length, 1 + REPEATS_MAX);
    assert.equal(
      (await client.ask(CONSUMER_DESCRIBE, 0, { groupIds: again('group'), includeAuthorizedOperations: false })).groups
        .length,
      1 + REPEATS_MAX,
    );
  });
});
