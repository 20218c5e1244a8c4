import type { ProducerId, TimestampMs } from '@sluice/kernel/ids';
import type { DescribedGroupInput as DescribedConsumerGroupInput } from '@sluice/protocol/generated/messages/consumer-group-describe-response';
import type { ConsumerGroupHeartbeatRequest } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import type { ConsumerGroupHeartbeatResponseInput } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-response';
import type { DescribedGroupInput } from '@sluice/protocol/generated/messages/describe-groups-response';
import type { HeartbeatRequest } from '@sluice/protocol/generated/messages/heartbeat-request';
import type { HeartbeatResponseInput } from '@sluice/protocol/generated/messages/heartbeat-response';
import type { JoinGroupRequest } from '@sluice/protocol/generated/messages/join-group-request';
import type { JoinGroupResponseInput } from '@sluice/protocol/generated/messages/join-group-response';
import type { LeaveGroupRequest } from '@sluice/protocol/generated/messages/leave-group-request';
import type { LeaveGroupResponseInput } from '@sluice/protocol/generated/messages/leave-group-response';
import type { OffsetCommitRequest } from '@sluice/protocol/generated/messages/offset-commit-request';
import type { OffsetCommitResponseInput } from '@sluice/protocol/generated/messages/offset-commit-response';
import type { OffsetDeleteRequest } from '@sluice/protocol/generated/messages/offset-delete-request';
import type { OffsetDeleteResponseInput } from '@sluice/protocol/generated/messages/offset-delete-response';
import type { OffsetFetchRequestGroup } from '@sluice/protocol/generated/messages/offset-fetch-request';
import type { OffsetFetchResponseGroupInput } from '@sluice/protocol/generated/messages/offset-fetch-response';
import type { SyncGroupRequest } from '@sluice/protocol/generated/messages/sync-group-request';
import type { SyncGroupResponseInput } from '@sluice/protocol/generated/messages/sync-group-response';
import type { TxnOffsetCommitRequest } from '@sluice/protocol/generated/messages/txn-offset-commit-request';
import type { TxnOffsetCommitResponseInput } from '@sluice/protocol/generated/messages/txn-offset-commit-response';
import type { ApplyContext, Pending, Step } from '../runtime/coordinator-shard.ts';
import type { RequestContext } from './group-environment.ts';
import type { ConsumerGroupRecord, GroupRecord } from './group-record.ts';

/*
 * The state machines that make up a group shard, each with its own records. `createGroupShard` routes requests and
 * records to them. A decision takes the request, who asks, the time and the one who waits, and returns records and
 * replies; errors of the request are responses like any other.
 */

export type GroupStep = Step<GroupRecord>;

/** JoinGroup, SyncGroup, Heartbeat, LeaveGroup (`classic/`, and again in `consumer/` for classic members of a consumer group). */
export interface ClassicProtocol {
  join(
    request: JoinGroupRequest,
    context: RequestContext,
    now: TimestampMs,
    pending: Pending<JoinGroupResponseInput>,
  ): GroupStep;
  sync(
    request: SyncGroupRequest,
    context: RequestContext,
    now: TimestampMs,
    pending: Pending<SyncGroupResponseInput>,
  ): GroupStep;
  heartbeat(
    request: HeartbeatRequest,
    context: RequestContext,
    now: TimestampMs,
    pending: Pending<HeartbeatResponseInput>,
  ): GroupStep;
  leave(
    request: LeaveGroupRequest,
    context: RequestContext,
    now: TimestampMs,
    pending: Pending<LeaveGroupResponseInput>,
  ): GroupStep;
}

/** Part of a shard with state of its own. */
export interface ShardPart {
  onLoaded(now: TimestampMs): GroupStep;
  onUnloaded(errorCode: number): void;
  /** `TopicsView` changed. `deleted`: names of topics that are gone. */
  onTopicsChanged(deleted: readonly string[], now: TimestampMs): GroupStep;
}

/** Made by `createClassicGroups` in `classic/classic-groups.ts`. */
export interface ClassicGroups extends ClassicProtocol, ShardPart {
  apply(record: Extract<GroupRecord, { type: 'group-metadata' }>, context: ApplyContext): void;
  /** For DescribeGroups; the group is one of its own. */
  describe(groupId: string, apiVersion: number): DescribedGroupInput;
}

/**
 * Made by `createConsumerGroups` in `consumer/consumer-groups.ts`. Its classic protocol serves classic members of
 * consumer groups, during an upgrade.
 */
export interface ConsumerGroups extends ClassicProtocol, ShardPart {
  heartbeatOfConsumer(
    request: ConsumerGroupHeartbeatRequest,
    context: RequestContext,
    now: TimestampMs,
    pending: Pending<ConsumerGroupHeartbeatResponseInput>,
  ): GroupStep;
  apply(record: ConsumerGroupRecord, context: ApplyContext): void;
  describe(groupId: string): DescribedConsumerGroupInput;
}

/** Made by `createGroupOffsets` in `offsets/group-offsets.ts`. */
export interface GroupOffsets extends ShardPart {
  commit(
    request: OffsetCommitRequest,
    context: RequestContext,
    now: TimestampMs,
    pending: Pending<OffsetCommitResponseInput>,
  ): GroupStep;
  /** They count when the producer's transaction is committed. */
  commitInTransaction(
    request: TxnOffsetCommitRequest,
    transaction: NonNullable<GroupStep['transaction']>,
    context: RequestContext,
    now: TimestampMs,
    pending: Pending<TxnOffsetCommitResponseInput>,
  ): GroupStep;
  /** A marker ended the producer's transaction: what it committed counts from now on, or is forgotten. */
  endTransaction(producerId: ProducerId, isCommitted: boolean): void;
  /** All partitions that the group has if the topics are null. */
  fetch(
    request: OffsetFetchRequestGroup,
    requireStable: boolean,
    context: RequestContext,
    pending: Pending<OffsetFetchResponseGroupInput>,
  ): GroupStep;
  delete(request: OffsetDeleteRequest, pending: Pending<OffsetDeleteResponseInput>): GroupStep;
  /** Tombstones for the offsets of the group, no more than so many. */
  tombstones(groupId: string, countMax: number): readonly GroupRecord[];
  hasOffsets(groupId: string): boolean;
  apply(record: Extract<GroupRecord, { type: 'offset-commit' }>, context: ApplyContext): void;
}
