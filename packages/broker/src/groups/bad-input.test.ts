import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ZERO_UUID } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ConsumerGroupHeartbeatRequestInput } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import type { HeartbeatRequestInput } from '@sluice/protocol/generated/messages/heartbeat-request';
import type { JoinGroupRequestInput } from '@sluice/protocol/generated/messages/join-group-request';
import type { OffsetCommitRequestInput } from '@sluice/protocol/generated/messages/offset-commit-request';
import type { OffsetDeleteRequestInput } from '@sluice/protocol/generated/messages/offset-delete-request';
import type { OffsetFetchRequestGroupInput } from '@sluice/protocol/generated/messages/offset-fetch-request';
import type { SyncGroupRequestInput } from '@sluice/protocol/generated/messages/sync-group-request';
import {
  ALTER_CONFIGS,
  CONSUMER_HEARTBEAT,
  DELETE_GROUPS,
  HEARTBEAT,
  JOIN_GROUP,
  LEAVE_GROUP,
  OFFSET_COMMIT,
  OFFSET_DELETE,
  OFFSET_FETCH,
  SYNC_GROUP,
} from '../testing/group-kinds.ts';
import { type GroupScene, JOINING, openGroupScene } from '../testing/group-scene.ts';

/* API by API: wrong input is answered with Kafka's error (as recorded in conformance/), and nothing has changed. */

type ErrorName = keyof typeof ErrorCode;
type Of<Input> = Input | ((scene: GroupScene) => Input);
type Row<Input> = readonly [what: string, input: Of<Input>, error: ErrorName];

const REQUEST_SIZE_BYTES_MAX = 20_000_000;
let scene: GroupScene;

/** Each row changes a request that would have been right. */
function table<Input>(api: string, ask: (input: Input) => Promise<number>, rows: readonly Row<Input>[]): void {
  describe(api, () => {
    for (const [what, input, error] of rows) {
      test(`${what}: ${error}`, async () => {
        const earlier = await scene.state();
        const code = await ask(typeof input === 'function' ? (input as (scene: GroupScene) => Input)(scene) : input);
        assert.equal(nameOf(code), error);
        assert.deepEqual(await scene.state(), earlier);
      });
    }
  });
}

function nameOf(code: number): string {
  return Object.entries(ErrorCode).find(([, known]) => known === code)?.[0] ?? String(code);
}

const nobody = { memberId: 'nobody' };
const longText = 'x'.repeat(32_767);

describe('bad input to the group APIs', () => {
  before(async () => {
    scene = await openGroupScene({ 'socket.request.max.bytes': String(REQUEST_SIZE_BYTES_MAX) });
  });
  after(() => scene?.[Symbol.asyncDispose]());

  const join = async (input: Partial<JoinGroupRequestInput>) =>
    (await scene.client.ask(JOIN_GROUP, 9, { ...JOINING, ...input })).errorCode;
  table('JoinGroup', join, [
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

  const sync = async (input: Partial<SyncGroupRequestInput>) => {
    const { memberId, generationId } = scene;
    const protocol = { protocolType: 'consumer', protocolName: 'range' };
    const right = { groupId: 'classic', memberId, generationId, ...protocol, assignments: [] };
    return (await scene.client.ask(SYNC_GROUP, 5, { ...right, ...input })).errorCode;
  };
  table('SyncGroup', sync, [
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

  const heartbeat = async (input: Partial<HeartbeatRequestInput>) => {
    const { memberId, generationId } = scene;
    return (await scene.client.ask(HEARTBEAT, 4, { groupId: 'classic', memberId, generationId, ...input })).errorCode;
  };
  table('Heartbeat', heartbeat, [
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
  const leave = async ({ groupId = 'classic', memberId = '', groupInstanceId }: Leaving) => {
    const members = [{ memberId, groupInstanceId: groupInstanceId ?? null }];
    const response = await scene.client.ask(LEAVE_GROUP, 5, { groupId, members });
    return response.members[0]?.errorCode || response.errorCode;
  };
  table<Leaving>('LeaveGroup', leave, [
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

  const beat = async (input: Partial<ConsumerGroupHeartbeatRequestInput>) => {
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
  table<Partial<ConsumerGroupHeartbeatRequestInput>>('ConsumerGroupHeartbeat', beat, [
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

  const commit = async ({ version, ...input }: Partial<OffsetCommitRequestInput> & { version?: number }) => {
    const { memberId, generationId } = scene;
    const right = { groupId: 'classic', memberId, generationIdOrMemberEpoch: generationId, topics: orders({}) };
    const { topics } = await scene.client.ask(OFFSET_COMMIT, version ?? 9, { ...right, ...input });
    return topics[0]?.partitions[0]?.errorCode ?? 0;
  };
  table<Partial<OffsetCommitRequestInput> & { version?: number }>('OffsetCommit', commit, [
    ['an unknown member', nobody, 'UNKNOWN_MEMBER_ID'],
    ['no member', { memberId: '' }, 'UNKNOWN_MEMBER_ID'],
    ['nobody of a group with members', { memberId: '', generationIdOrMemberEpoch: -1 }, 'UNKNOWN_MEMBER_ID'],
    ['an old generation', { generationIdOrMemberEpoch: 0 }, 'ILLEGAL_GENERATION'],
    ['a generation of a group that is not there', { groupId: 'missing' }, 'GROUP_ID_NOT_FOUND'],
    ['the same before version 9', { version: 8, groupId: 'missing' }, 'ILLEGAL_GENERATION'],
    ['another instance', { groupInstanceId: 'one' }, 'FENCED_INSTANCE_ID'],
    ['an old epoch', { groupId: 'consumers', memberId: 'm', generationIdOrMemberEpoch: 0 }, 'STALE_MEMBER_EPOCH'],
    ['an epoch to come', { groupId: 'consumers', memberId: 'm', generationIdOrMemberEpoch: 99 }, 'STALE_MEMBER_EPOCH'],
    ['an unknown member of a consumer group', { groupId: 'consumers', ...nobody }, 'UNKNOWN_MEMBER_ID'],
    [
      'metadata past the limit',
      { topics: orders({ committedMetadata: 'x'.repeat(4097) }) },
      'OFFSET_METADATA_TOO_LARGE',
    ],
    [
      'metadata as long as a text may be',
      { topics: orders({ committedMetadata: longText }) },
      'OFFSET_METADATA_TOO_LARGE',
    ],
    ['an unknown partition', { topics: orders({ partitionIndex: 2 }) }, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['a partition below zero', { topics: orders({ partitionIndex: -1 }) }, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['an unknown topic', { topics: orders({}, 'missing') }, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['a topic without an id', { version: 10, topics: orders({}) }, 'UNKNOWN_TOPIC_ID'],
  ]);

  const fetch = async (input: Partial<OffsetFetchRequestGroupInput>) => {
    const { groups } = await scene.client.ask(OFFSET_FETCH, 9, {
      groups: [{ groupId: 'consumers', topics: null, ...input }],
    });
    return groups[0]?.errorCode ?? 0;
  };
  table<Partial<OffsetFetchRequestGroupInput>>('OffsetFetch', fetch, [
    ['an unknown member', { ...nobody, memberEpoch: 1 }, 'UNKNOWN_MEMBER_ID'],
    ['no member', { memberId: '', memberEpoch: 1 }, 'UNKNOWN_MEMBER_ID'],
    ['an old epoch', { memberId: 'm', memberEpoch: 0 }, 'STALE_MEMBER_EPOCH'],
    ['an epoch to come', { memberId: 'm', memberEpoch: 99 }, 'STALE_MEMBER_EPOCH'],
    ['no group id', { groupId: '', topics: null, memberEpoch: 1, memberId: 'm' }, 'NONE'],
  ]);

  const deleteOffsets = async (input: Partial<OffsetDeleteRequestInput>) => {
    const right = { groupId: 'classic', topics: [{ name: 'orders', partitions: [{ partitionIndex: 0 }] }] };
    const { errorCode, topics } = await scene.client.ask(OFFSET_DELETE, 0, { ...right, ...input });
    return errorCode || (topics[0]?.partitions[0]?.errorCode ?? 0);
  };
  table<Partial<OffsetDeleteRequestInput>>('OffsetDelete', deleteOffsets, [
    ['no group id', { groupId: '' }, 'INVALID_GROUP_ID'],
    ['a group that is not there', { groupId: 'missing' }, 'GROUP_ID_NOT_FOUND'],
    ['a topic that a classic member reads', {}, 'GROUP_SUBSCRIBED_TO_TOPIC'],
    ['a topic that a member reads', { groupId: 'consumers' }, 'GROUP_SUBSCRIBED_TO_TOPIC'],
    [
      'an unknown partition',
      { topics: [{ name: 'orders', partitions: [{ partitionIndex: 7 }] }] },
      'UNKNOWN_TOPIC_OR_PARTITION',
    ],
  ]);

  const deleteGroup = async (groupId: string) => {
    const { results } = await scene.client.ask(DELETE_GROUPS, 2, { groupsNames: [groupId] });
    return results[0]?.errorCode ?? 0;
  };
  table('DeleteGroups', deleteGroup, [
    ['a classic group with members', 'classic', 'NON_EMPTY_GROUP'],
    ['a consumer group with members', 'consumers', 'NON_EMPTY_GROUP'],
    ['a group that is not there', 'missing', 'GROUP_ID_NOT_FOUND'],
    ['no group id', '', 'GROUP_ID_NOT_FOUND'],
  ]);

  const configure = async ([resourceName, name, value]: readonly [string, string, string]) => {
    const configs = [{ name, configOperation: 0, value }];
    const { responses } = await scene.client.ask(ALTER_CONFIGS, 1, {
      resources: [{ resourceType: 32, resourceName, configs }],
      validateOnly: false,
    });
    return responses[0]?.errorCode ?? 0;
  };
  table<readonly [string, string, string]>('IncrementalAlterConfigs of a group', configure, [
    ['a session below the limit', ['consumers', 'consumer.session.timeout.ms', '1'], 'INVALID_CONFIG'],
    ['a session past the limit', ['consumers', 'consumer.session.timeout.ms', '99999999'], 'INVALID_CONFIG'],
    ['a session that is no number', ['consumers', 'consumer.session.timeout.ms', 'long'], 'INVALID_CONFIG'],
    ['an unknown name', ['consumers', 'no.such.setting', '1'], 'INVALID_CONFIG'],
    ['no group id', ['', 'consumer.session.timeout.ms', '50000'], 'INVALID_REQUEST'],
  ]);

  test('a request past the limit ends its connection, and nothing else', async () => {
    const earlier = await scene.state();
    const client = await scene.broker.connect();
    const metadata = Buffer.alloc(REQUEST_SIZE_BYTES_MAX);
    client.tell(JOIN_GROUP.request, 9, { ...JOINING, protocols: [{ name: 'range', metadata }] });
    await client.closed;
    assert.deepEqual(await scene.state(), earlier);
  });
});

function orders(more: object, name = 'orders') {
  const partition = { partitionIndex: 0, committedOffset: 9, committedMetadata: '', ...more };
  return [{ name, topicId: ZERO_UUID, partitions: [partition] }];
}

function manyNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `topic-${index}`);
}

function manyProtocols(count: number) {
  const metadata = Buffer.alloc(0);
  return manyNames(count).map((name) => ({ name, metadata }));
}
