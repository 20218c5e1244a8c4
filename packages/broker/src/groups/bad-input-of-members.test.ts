import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ConsumerGroupHeartbeatRequestInput } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import type { HeartbeatRequestInput } from '@sluice/protocol/generated/messages/heartbeat-request';
import type { JoinGroupRequestInput } from '@sluice/protocol/generated/messages/join-group-request';
import type { SyncGroupRequestInput } from '@sluice/protocol/generated/messages/sync-group-request';
import { REQUEST_SIZE_BYTES_MAX, type Row, sharedScene, table } from '../testing/bad-input-table.ts';
import { CONSUMER_HEARTBEAT, HEARTBEAT, JOIN_GROUP, LEAVE_GROUP, SYNC_GROUP } from '../testing/group-kinds.ts';
import { type GroupScene, JOINING } from '../testing/group-scene.ts';

const nobody = { memberId: 'nobody' };

describe('bad input of members of groups', () => {
  const scene = sharedScene();

  const join = async (scene: GroupScene, input: Partial<JoinGroupRequestInput>) =>
    (await scene.client.ask(JOIN_GROUP, 9, { ...JOINING, ...input })).errorCode;
  table('JoinGroup', scene, join, [
    ['no group id', { groupId: '' }, 'INVALID_GROUP_ID'],
    ['a member that nobody was given', nobody, 'UNKNOWN_MEMBER_ID'],
    ['a member of a group that is not there', { ...nobody, groupId: 'missing' }, 'UNKNOWN_MEMBER_ID'],
    ["another's instance", ({ memberId }) => ({ memberId, groupInstanceId: 'one' }), 'FENCED_INSTANCE_ID'],
    ['an unknown instance', ({ memberId }) => ({ memberId, groupInstanceId: 'three' }), 'UNKNOWN_MEMBER_ID'],
    ['a session that is too short', { sessionTimeoutMs: 1 }, 'INVALID_SESSION_TIMEOUT'],
    ['a session that is too long', { sessionTimeoutMs: 2 ** 31 - 1 }, 'INVALID_SESSION_TIMEOUT'],
    ['a session that ends before it begins', { sessionTimeoutMs: -(2 ** 31) }, 'INVALID_SESSION_TIMEOUT'],
    ['no protocols', { protocols: [] }, 'INCONSISTENT_GROUP_PROTOCOL'],
    [
      'protocols with no overlap',
      { protocols: [{ name: 'x', metadata: Buffer.alloc(0) }] },
      'INCONSISTENT_GROUP_PROTOCOL',
    ],
    ['a hundred thousand protocols', { protocols: manyProtocols(100_000) }, 'INCONSISTENT_GROUP_PROTOCOL'],
    ['no type', { protocolType: '' }, 'INCONSISTENT_GROUP_PROTOCOL'],
    ['another type', { protocolType: 'connect' }, 'INCONSISTENT_GROUP_PROTOCOL'],
    [
      'another type than a consumer group has',
      { groupId: 'consumers', protocolType: 'connect' },
      'INCONSISTENT_GROUP_PROTOCOL',
    ],
    ...['garbage', '\0\u0003\0\u000fB@', '\0\u0003\u007fÿÿÿ', ''].map(
      (blob): Row<Partial<JoinGroupRequestInput>> => [
        `a subscription to a consumer group that cannot be read (${JSON.stringify(blob)})`,
        {
          groupId: 'consumers',
          groupInstanceId: 'three',
          protocols: [{ name: 'range', metadata: Buffer.from(blob, 'latin1') }],
        },
        'UNKNOWN_SERVER_ERROR',
      ],
    ),
  ]);

  const sync = async (scene: GroupScene, input: Partial<SyncGroupRequestInput>) => {
    const { memberId, generationId } = scene;
    const protocol = { protocolType: 'consumer', protocolName: 'range' };
    const right = { groupId: 'classic', memberId, generationId, ...protocol, assignments: [] };
    return (await scene.client.ask(SYNC_GROUP, 5, { ...right, ...input })).errorCode;
  };
  table('SyncGroup', scene, sync, [
    ['no group id', { groupId: '' }, 'INVALID_GROUP_ID'],
    ['a group that is not there', { groupId: 'missing' }, 'UNKNOWN_MEMBER_ID'],
    ['a group that only has offsets', { groupId: 'simple' }, 'UNKNOWN_MEMBER_ID'],
    ['an unknown member', nobody, 'UNKNOWN_MEMBER_ID'],
    ['an old generation', ({ generationId }) => ({ generationId: generationId - 1 }), 'ILLEGAL_GENERATION'],
    ['a generation to come', { generationId: 2 ** 31 - 1 }, 'ILLEGAL_GENERATION'],
    ['another instance', { groupInstanceId: 'one' }, 'FENCED_INSTANCE_ID'],
    ['another protocol', { protocolName: 'x' }, 'INCONSISTENT_GROUP_PROTOCOL'],
    ['another type', { protocolType: 'x' }, 'INCONSISTENT_GROUP_PROTOCOL'],
    ['no type and no protocol', { protocolType: null, protocolName: null }, 'INCONSISTENT_GROUP_PROTOCOL'],
    ['a member of a consumer group', { groupId: 'consumers', memberId: 'm' }, 'UNKNOWN_MEMBER_ID'],
    [
      'an old generation with an assignment of many megabytes',
      { generationId: 0, assignments: [{ memberId: 'x', assignment: Buffer.alloc(REQUEST_SIZE_BYTES_MAX - 1000) }] },
      'ILLEGAL_GENERATION',
    ],
  ]);

  const heartbeat = async (scene: GroupScene, input: Partial<HeartbeatRequestInput>) => {
    const { memberId, generationId } = scene;
    return (await scene.client.ask(HEARTBEAT, 4, { groupId: 'classic', memberId, generationId, ...input })).errorCode;
  };
  table('Heartbeat', scene, heartbeat, [
    ['no group id', { groupId: '' }, 'INVALID_GROUP_ID'],
    ['a group that is not there', { groupId: 'missing' }, 'UNKNOWN_MEMBER_ID'],
    ['an unknown member', nobody, 'UNKNOWN_MEMBER_ID'],
    ['no member', { memberId: '' }, 'UNKNOWN_MEMBER_ID'],
    ['an old generation', { generationId: 0 }, 'ILLEGAL_GENERATION'],
    ['no generation', { generationId: -1 }, 'ILLEGAL_GENERATION'],
    ['another instance', { groupInstanceId: 'one' }, 'FENCED_INSTANCE_ID'],
    ['a member of a consumer group', { groupId: 'consumers', memberId: 'm' }, 'UNKNOWN_MEMBER_ID'],
  ]);

  type Leaving = { groupId?: string; memberId?: string; groupInstanceId?: string };
  const leave = async (scene: GroupScene, { groupId = 'classic', memberId = '', groupInstanceId }: Leaving) => {
    const members = [{ memberId, groupInstanceId: groupInstanceId ?? null }];
    const response = await scene.client.ask(LEAVE_GROUP, 5, { groupId, members });
    return response.members[0]?.errorCode || response.errorCode;
  };
  table<Leaving>('LeaveGroup', scene, leave, [
    ['no group id', { groupId: '' }, 'INVALID_GROUP_ID'],
    ['a group that is not there', { ...nobody, groupId: 'missing' }, 'UNKNOWN_MEMBER_ID'],
    ['an unknown member', nobody, 'UNKNOWN_MEMBER_ID'],
    ['an unknown instance', { groupInstanceId: 'three' }, 'UNKNOWN_MEMBER_ID'],
    ["another's instance", { ...nobody, groupInstanceId: 'one' }, 'FENCED_INSTANCE_ID'],
    ['an unknown member of a consumer group', { ...nobody, groupId: 'consumers' }, 'UNKNOWN_MEMBER_ID'],
    [
      "another's instance of a consumer group",
      { groupId: 'consumers', memberId: 'm', groupInstanceId: 'two' },
      'FENCED_INSTANCE_ID',
    ],
  ]);

  const beat = async (scene: GroupScene, input: Partial<ConsumerGroupHeartbeatRequestInput>) => {
    const right = { groupId: 'consumers', memberId: 'm', memberEpoch: scene.memberEpoch };
    return (await scene.client.ask(CONSUMER_HEARTBEAT, 1, { ...right, ...input })).errorCode;
  };
  const entering = {
    memberId: 'x',
    memberEpoch: 0,
    rebalanceTimeoutMs: 1000,
    subscribedTopicNames: ['orders'],
    topicPartitions: [],
  };
  table<Partial<ConsumerGroupHeartbeatRequestInput>>('ConsumerGroupHeartbeat', scene, beat, [
    ['no group id', { groupId: '' }, 'INVALID_REQUEST'],
    ['no member id', { memberId: '' }, 'INVALID_REQUEST'],
    ['a group that is not there', { groupId: 'missing' }, 'GROUP_ID_NOT_FOUND'],
    ['a member that is not there', nobody, 'UNKNOWN_MEMBER_ID'],
    ['leaving as nobody', { ...nobody, memberEpoch: -1 }, 'UNKNOWN_MEMBER_ID'],
    ['an epoch to come', ({ memberEpoch }) => ({ memberEpoch: memberEpoch + 1 }), 'FENCED_MEMBER_EPOCH'],
    ['an old epoch', ({ memberEpoch }) => ({ memberEpoch: memberEpoch - 1 }), 'FENCED_MEMBER_EPOCH'],
    ['an epoch that there never is', { memberEpoch: -3 }, 'INVALID_REQUEST'],
    ['gone for a while without an instance', { memberEpoch: -2 }, 'INVALID_REQUEST'],
    ["another's instance", { instanceId: 'two' }, 'FENCED_INSTANCE_ID'],
    ['an unknown instance', { instanceId: 'three' }, 'UNKNOWN_MEMBER_ID'],
    ['entering as an instance that is in use', { ...entering, instanceId: 'two' }, 'UNRELEASED_INSTANCE_ID'],
    ['entering without a rebalance timeout', { ...entering, rebalanceTimeoutMs: -1 }, 'INVALID_REQUEST'],
    ['entering without a subscription', { ...entering, subscribedTopicNames: null }, 'INVALID_REQUEST'],
    [
      'entering with partitions',
      (s) => ({ ...entering, topicPartitions: [{ topicId: s.ordersId, partitions: [0] }] }),
      'INVALID_REQUEST',
    ],
    ['an unknown assignor', { serverAssignor: 'sticky' }, 'UNSUPPORTED_ASSIGNOR'],
    ['an empty rack', { rackId: '' }, 'INVALID_REQUEST'],
    ['a million topics', { subscribedTopicNames: manyNames(1_000_000) }, 'UNKNOWN_SERVER_ERROR'],
    [
      'entering with a million topics',
      { ...entering, subscribedTopicNames: manyNames(1_000_000) },
      'UNKNOWN_SERVER_ERROR',
    ],
    ...[
      '(',
      '*',
      '(a)\\1',
      '(?=a)',
      'a*+',
      'a{1001}',
      `${'('.repeat(5000)}${')'.repeat(5000)}x`,
      '((a{100}){100}){100}',
    ].map(
      (pattern): Row<Partial<ConsumerGroupHeartbeatRequestInput>> => [
        `the pattern ${pattern.slice(0, 30)}`,
        { subscribedTopicRegex: pattern },
        'INVALID_REGULAR_EXPRESSION',
      ],
    ),
  ]);

  test('a request past the limit ends its connection, and nothing else', async () => {
    const { broker, state } = scene();
    const earlier = await state();
    const client = await broker.connect();
    const metadata = Buffer.alloc(REQUEST_SIZE_BYTES_MAX);
    client.tell(JOIN_GROUP.request, 9, { ...JOINING, protocols: [{ name: 'range', metadata }] });
    await client.closed;
    assert.deepEqual(await state(), earlier);
  });
});

function manyNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `topic-${index}`);
}

function manyProtocols(count: number) {
  const metadata = Buffer.alloc(0);
  return manyNames(count).map((name) => ({ name, metadata }));
}
