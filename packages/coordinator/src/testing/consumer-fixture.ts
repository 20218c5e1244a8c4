import assert from 'node:assert/strict';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock, type SimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import type { DescribedGroupInput } from '@sluice/protocol/generated/messages/consumer-group-describe-response';
import type { ConsumerGroupHeartbeatRequestInput } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import type { ConsumerGroupHeartbeatResponseInput } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-response';
import type { JoinGroupRequest } from '@sluice/protocol/generated/messages/join-group-request';
import type { JoinGroupResponseInput } from '@sluice/protocol/generated/messages/join-group-response';
import type { LeaveGroupResponseInput } from '@sluice/protocol/generated/messages/leave-group-response';
import type { SyncGroupRequest } from '@sluice/protocol/generated/messages/sync-group-request';
import type { SyncGroupResponseInput } from '@sluice/protocol/generated/messages/sync-group-response';
import { ClassicGroup } from '../group/classic/classic-group.ts';
import { createClassicGroups } from '../group/classic/classic-groups.ts';
import { ConsumerGroup } from '../group/consumer/consumer-group.ts';
import { createConsumerGroups } from '../group/consumer/consumer-groups.ts';
import type { GroupTable } from '../group/group.ts';
import type { GroupSettings } from '../group/group-environment.ts';
import type { GroupRecord } from '../group/group-record.ts';
import { groupRecordSerde } from '../group/group-record-serde.ts';
import { createGroupShard, type GroupShard } from '../group/group-shard.ts';
import { createGroupTable } from '../group/group-table.ts';
import { createHeldMetadata } from '../group/held-metadata.ts';
import { createGroupOffsets } from '../group/offsets/group-offsets.ts';
import { createShareGroups } from '../group/share/share-groups.ts';
import { createShardTimers } from '../runtime/shard-timers.ts';
import { type Asked, answered, ask } from './asked.ts';
import {
  GROUP_ID,
  heartbeatRequest,
  joinRequest,
  leavers,
  REBALANCE_TIMEOUT_MS,
  syncRequest,
} from './classic-requests.ts';
import { testGroupSettings } from './group-settings.ts';
import { createPerformer } from './perform-steps.ts';
import { createTestTopics, type TestTopics, testTopicId } from './test-topics.ts';

export const SESSION_TIMEOUT_MS = 45_000;

/** Partitions by the names of topics. */
export type Partitions = Record<string, readonly number[]>;

export interface ConsumerFixture {
  readonly clock: SimClock;
  readonly topics: TestTopics;
  readonly table: GroupTable;
  /** All that were written, as they read back. */
  readonly records: GroupRecord[];
  readonly shard: GroupShard;
  /** Joins with everything that a first heartbeat says. */
  joinAs(memberId: string, request?: Partial<ConsumerGroupHeartbeatRequestInput>): ConsumerGroupHeartbeatResponseInput;
  /** Says no more than asked. */
  heartbeat(
    memberId: string,
    memberEpoch: number,
    request?: Partial<ConsumerGroupHeartbeatRequestInput>,
  ): ConsumerGroupHeartbeatResponseInput;
  joinClassic(request?: Partial<JoinGroupRequest>, apiVersion?: number): Asked<JoinGroupResponseInput>;
  syncClassic(request: Partial<SyncGroupRequest>): Asked<SyncGroupResponseInput>;
  /** The error code. */
  heartbeatClassic(memberId: string, generationId: number, groupInstanceId?: string | null): number;
  leaveClassic(...members: { memberId: string; groupInstanceId?: string | null }[]): LeaveGroupResponseInput;
  describe(groupId?: string): DescribedGroupInput;
  group(groupId?: string): ConsumerGroup;
  classicGroup(groupId?: string): ClassicGroup;
  /** The same records in a new shard, as after a restart. */
  restart(): ConsumerFixture;
}

export interface ConsumerFixtureOptions {
  readonly settings?: Partial<GroupSettings['consumer']>;
  readonly classicSettings?: Partial<GroupSettings['classic']>;
  readonly topics?: TestTopics;
  readonly records?: readonly GroupRecord[];
  readonly clock?: SimClock;
  readonly clientId?: string;
}

/**
 * Groups of both protocols on the simulated clock. What is decided is applied and answered at once, as if committed. The
 * topic `orders` has 6 partitions, `payments` 3; targets are computed at once.
 */
export function createConsumerFixture(options: ConsumerFixtureOptions = {}): ConsumerFixture {
  const { clock = createSimClock({ startMs: 1_700_000_000_000 }), clientId = 'client' } = options;
  const topics =
    options.topics ?? createTestTopics({ name: 'orders', partitionCount: 6 }, { name: 'payments', partitionCount: 3 });
  const defaults = testGroupSettings(options.classicSettings);
  const consumer = { ...defaults.consumer, assignmentIntervalMs: () => 0, ...options.settings };
  const table = createGroupTable();
  const { perform, putOff } = createPerformer(clock.now, (record) => apply(record));
  const timers = createShardTimers<GroupRecord>(clock, (action) => {
    perform(action(clock.now()));
    return true;
  });
  const environment = {
    topics,
    settings: { ...defaults, consumer },
    timers,
    putOff,
    heldMetadata: createHeldMetadata(silentLogger).ofShard(),
    random: createSimRandom(1),
    logger: silentLogger,
  };
  const shard = createGroupShard({
    table,
    putOff,
    classic: createClassicGroups(environment, table),
    consumer: createConsumerGroups(environment, table),
    offsets: createGroupOffsets(
      environment,
      table,
      (groupId, now) => new ClassicGroup(groupId, now, environment.heldMetadata),
    ),
    share: createShareGroups(environment, table),
  });
  const records: GroupRecord[] = [];
  const contextOf = (apiVersion: number) => ({ apiVersion, clientId, clientHost: '/127.0.0.1' });

  function apply(record: GroupRecord): void {
    const { key, value } = groupRecordSerde.encode(record);
    const read = groupRecordSerde.decode(key, value);
    assert(read !== undefined);
    records.push(read);
    const context = { offset: records.length - 1, timestampMs: clock.now() };
    shard.apply(read, { ...context, producerId: -1, producerEpoch: -1, isTransactional: false });
  }

  function heartbeat(request: ConsumerGroupHeartbeatRequestInput): ConsumerGroupHeartbeatResponseInput {
    const { asked, pending } = ask<ConsumerGroupHeartbeatResponseInput>();
    const full = {
      instanceId: null,
      rackId: null,
      rebalanceTimeoutMs: -1,
      subscribedTopicRegex: null,
      serverAssignor: null,
      ...request,
      subscribedTopicNames: copied(request.subscribedTopicNames),
      topicPartitions:
        request.topicPartitions?.map(({ topicId, partitions }) => ({ topicId, partitions: [...partitions] })) ?? null,
      unknownTaggedFields: [],
    };
    perform(shard.heartbeatOfConsumer(full, contextOf(1), clock.now(), pending));
    return answered(asked);
  }

  for (const record of options.records ?? []) apply(record);
  perform(shard.onLoaded(clock.now()));

  return {
    clock,
    topics,
    table,
    records,
    shard,
    joinAs: (memberId, request = {}) =>
      heartbeat({
        groupId: GROUP_ID,
        memberId,
        memberEpoch: 0,
        rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
        subscribedTopicNames: ['orders'],
        topicPartitions: [],
        ...request,
      }),
    heartbeat: (memberId, memberEpoch, request = {}) =>
      heartbeat({ groupId: GROUP_ID, memberId, memberEpoch, ...request }),
    joinClassic(request = {}, apiVersion = 9) {
      const { asked, pending } = ask<JoinGroupResponseInput>();
      perform(shard.join(joinRequest(request, SESSION_TIMEOUT_MS), contextOf(apiVersion), clock.now(), pending));
      return asked;
    },
    syncClassic(request) {
      const { asked, pending } = ask<SyncGroupResponseInput>();
      const full = syncRequest({ protocolType: 'consumer', protocolName: 'range', ...request });
      perform(shard.sync(full, contextOf(5), clock.now(), pending));
      return asked;
    },
    heartbeatClassic(memberId, generationId, groupInstanceId = null) {
      const { asked, pending } = ask<{ errorCode: number }>();
      const request = heartbeatRequest({ memberId, generationId, groupInstanceId });
      perform(shard.heartbeat(request, contextOf(4), clock.now(), pending));
      return answered(asked).errorCode;
    },
    leaveClassic(...members) {
      const { asked, pending } = ask<LeaveGroupResponseInput>();
      const request = { groupId: GROUP_ID, memberId: '', members: leavers(members) };
      perform(shard.leave(request, contextOf(5), clock.now(), pending));
      return answered(asked);
    },
    describe(groupId = GROUP_ID) {
      const { asked, pending } = ask<DescribedGroupInput>();
      perform(shard.describeConsumerGroup(groupId, pending));
      return answered(asked);
    },
    group(groupId = GROUP_ID) {
      const group = table.get(groupId);
      assert(group instanceof ConsumerGroup);
      return group;
    },
    classicGroup(groupId = GROUP_ID) {
      const group = table.get(groupId);
      assert(group instanceof ClassicGroup);
      return group;
    },
    restart() {
      timers.close();
      return createConsumerFixture({ ...options, topics, clock, records });
    },
  };
}

/** As a member says what it has. */
export function owning(partitions: Partitions): { topicPartitions: { topicId: string; partitions: number[] }[] } {
  return {
    topicPartitions: Object.entries(partitions).map(([name, numbers]) => ({
      topicId: testTopicId(name),
      partitions: [...numbers],
    })),
  };
}

/** What a response assigns; undefined if it says nothing of it. */
export function assignedBy(response: ConsumerGroupHeartbeatResponseInput, topics: TestTopics): Partitions | undefined {
  if (response.assignment === null || response.assignment === undefined) return undefined;
  const named = response.assignment.topicPartitions.map(
    ({ topicId, partitions }) => [topics.byId(topicId)?.name ?? topicId, partitions] as const,
  );
  return Object.fromEntries(named);
}

function copied(names: readonly string[] | null | undefined): string[] | null {
  return names === undefined || names === null ? null : [...names];
}
