import assert from 'node:assert/strict';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { JoinGroupRequestInput } from '@sluice/protocol/generated/messages/join-group-request';
import type { OffsetCommitRequestInput } from '@sluice/protocol/generated/messages/offset-commit-request';
import {
  CONSUMER_HEARTBEAT,
  DESCRIBE_CONSUMER_GROUPS,
  DESCRIBE_GROUPS,
  FIND_COORDINATOR,
  HEARTBEAT,
  JOIN_GROUP,
  LIST_GROUPS,
  OFFSET_COMMIT,
  OFFSET_FETCH,
  SYNC_GROUP,
} from './group-kinds.ts';
import { createTopic } from './requests.ts';
import { startTestBroker, type TestBroker } from './test-broker.ts';
import type { TestClient } from './test-client.ts';

/**
 * A broker with a topic `orders` of two partitions, and three stable groups that have committed: `classic` of a member and
 * a static one (`one`), `consumers` of a member (`m`) and a static one (`n`, instance `two`), and `simple` of nobody.
 */
export interface GroupScene extends AsyncDisposable {
  readonly broker: TestBroker;
  readonly client: TestClient;
  readonly ordersId: string;
  readonly memberId: string;
  readonly staticMemberId: string;
  readonly generationId: number;
  /** Of both members of `consumers`. */
  readonly memberEpoch: number;
  /** All that can be seen of all groups. */
  state(): Promise<unknown>;
}

/** Of a consumer, in version 3: to `orders`, with no user data, no partitions owned, no generation, no rack. */
const subscription = Buffer.concat([
  Buffer.from('0003000000010006', 'hex'),
  Buffer.from('orders'),
  Buffer.from('ffffffff00000000ffffffffffff', 'hex'),
]);

export const JOINING: JoinGroupRequestInput = {
  groupId: 'classic',
  sessionTimeoutMs: 600_000,
  rebalanceTimeoutMs: 600_000,
  memberId: '',
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: subscription }],
};

export async function openGroupScene(settings: Readonly<Record<string, string>> = {}): Promise<GroupScene> {
  const broker = await startTestBroker({
    settings: {
      'offsets.topic.num.partitions': '2',
      'group.initial.rebalance.delay.ms': '0',
      'group.consumer.assignment.interval.ms': '0',
      ...settings,
    },
  });
  try {
    return await setTheScene(broker);
  } catch (cause) {
    await broker.close();
    throw cause;
  }
}

async function setTheScene(broker: TestBroker): Promise<GroupScene> {
  const client = await broker.connect();
  const ordersId = await createTopic(client, 'orders', 2);
  await client.ask(FIND_COORDINATOR, 6, { keyType: 0, coordinatorKeys: ['classic'] });
  const classic = await formClassicGroup(client, await broker.connect());
  const memberEpoch = await formConsumerGroup(client, ordersId);
  await commitAll(client, [
    { groupId: 'classic', memberId: classic.memberId, generationIdOrMemberEpoch: classic.generationId },
    { groupId: 'consumers', memberId: 'm', generationIdOrMemberEpoch: memberEpoch },
    { groupId: 'simple' },
  ]);
  return {
    broker,
    client,
    ordersId,
    ...classic,
    memberEpoch,
    state: () => stateOf(client),
    [Symbol.asyncDispose]: () => broker.close(),
  };
}

async function formClassicGroup(client: TestClient, other: TestClient) {
  const { memberId } = await client.ask(JOIN_GROUP, 9, JOINING);
  const first = await client.ask(JOIN_GROUP, 9, { ...JOINING, memberId });
  const member = { groupId: 'classic', memberId, protocolType: 'consumer', protocolName: 'range' };
  await client.ask(SYNC_GROUP, 5, { ...member, generationId: first.generationId, assignments: [] });
  const joining = other.ask(JOIN_GROUP, 9, { ...JOINING, groupInstanceId: 'one' });
  const isRebalancing = async () => {
    const { errorCode } = await client.ask(HEARTBEAT, 4, {
      groupId: 'classic',
      memberId,
      generationId: first.generationId,
    });
    return errorCode === ErrorCode.REBALANCE_IN_PROGRESS;
  };
  while (!(await isRebalancing()));
  const { generationId } = await client.ask(JOIN_GROUP, 9, { ...JOINING, memberId });
  const { memberId: staticMemberId } = await joining;
  const assignments = [memberId, staticMemberId].map((id) => ({ memberId: id, assignment: Buffer.from(`for ${id}`) }));
  await client.ask(SYNC_GROUP, 5, { ...member, generationId, assignments });
  return { memberId, staticMemberId, generationId };
}

/** Both members hold what they are to hold. */
async function formConsumerGroup(client: TestClient, topicId: string): Promise<number> {
  const joining = {
    groupId: 'consumers',
    memberEpoch: 0,
    rebalanceTimeoutMs: 600_000,
    subscribedTopicNames: ['orders'],
    topicPartitions: [],
  };
  const beat = (input: object) => client.ask(CONSUMER_HEARTBEAT, 1, { ...joining, memberId: 'm', ...input });
  const { memberEpoch } = await beat({});
  await beat({ memberId: 'n', instanceId: 'two' });
  const told = await beat({ memberEpoch, topicPartitions: null });
  const { memberEpoch: epoch } = await beat({ memberEpoch, topicPartitions: told.assignment?.topicPartitions ?? [] });
  const rest = await beat({ memberId: 'n', instanceId: 'two', memberEpoch: epoch, topicPartitions: [] });
  assert.deepEqual(
    rest.assignment?.topicPartitions.map((topic) => topic.topicId),
    [topicId],
  );
  await beat({
    memberId: 'n',
    instanceId: 'two',
    memberEpoch: epoch,
    topicPartitions: rest.assignment?.topicPartitions ?? [],
  });
  return epoch;
}

async function commitAll(
  client: TestClient,
  commits: readonly Omit<OffsetCommitRequestInput, 'topics'>[],
): Promise<void> {
  for (const commit of commits) {
    const partitions = [0, 1].map((partitionIndex) => ({ partitionIndex, committedOffset: 5, committedMetadata: 'x' }));
    const { topics } = await client.ask(OFFSET_COMMIT, 9, { ...commit, topics: [{ name: 'orders', partitions }] });
    assert.deepEqual(
      topics[0]?.partitions.map(({ errorCode }) => errorCode),
      [0, 0],
      commit.groupId,
    );
  }
}

async function stateOf(client: TestClient): Promise<unknown> {
  const groups = ['classic', 'consumers', 'simple'];
  const listed = await client.ask(LIST_GROUPS, 5, { statesFilter: [], typesFilter: [] });
  return {
    listed: listed.groups.toSorted((a, b) => (a.groupId < b.groupId ? -1 : 1)),
    classic: await client.ask(DESCRIBE_GROUPS, 6, { groups: ['classic', 'simple'] }),
    consumers: await client.ask(DESCRIBE_CONSUMER_GROUPS, 1, {
      groupIds: ['consumers'],
      includeAuthorizedOperations: false,
    }),
    offsets: await client.ask(OFFSET_FETCH, 9, { groups: groups.map((groupId) => ({ groupId, topics: null })) }),
  };
}
