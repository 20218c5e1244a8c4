import type { LeaderEpoch } from '@sluice/kernel/ids';
import type { PartitionLog } from '@sluice/log/partition-log';
import type { VerificationGuard } from '@sluice/log/verifications';
import type { ConsumerGroupDescribeResponseInput } from '@sluice/protocol/generated/messages/consumer-group-describe-response';
import type { ConsumerGroupHeartbeatRequest } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import type { ConsumerGroupHeartbeatResponseInput } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-response';
import type { DeleteGroupsResponseInput } from '@sluice/protocol/generated/messages/delete-groups-response';
import type { DescribeGroupsResponseInput } from '@sluice/protocol/generated/messages/describe-groups-response';
import type { HeartbeatRequest } from '@sluice/protocol/generated/messages/heartbeat-request';
import type { HeartbeatResponseInput } from '@sluice/protocol/generated/messages/heartbeat-response';
import type { JoinGroupRequest } from '@sluice/protocol/generated/messages/join-group-request';
import type { JoinGroupResponseInput } from '@sluice/protocol/generated/messages/join-group-response';
import type { LeaveGroupRequest } from '@sluice/protocol/generated/messages/leave-group-request';
import type { LeaveGroupResponseInput } from '@sluice/protocol/generated/messages/leave-group-response';
import type { ListGroupsRequest } from '@sluice/protocol/generated/messages/list-groups-request';
import type { ListGroupsResponseInput } from '@sluice/protocol/generated/messages/list-groups-response';
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
import type { TransactionOfStep } from '../runtime/coordinator-shard.ts';
import type { ShardMarker } from '../runtime/shard-writer.ts';
import type { RequestContext } from './group-environment.ts';
import type { ShareGroupCoordinator } from './share/share-group-coordinator.ts';

/** Of the transaction's coordinator. */
export interface TransactionPermission extends Pick<TransactionOfStep, 'after'> {
  readonly verification: VerificationGuard | undefined;
}

/**
 * What the broker's handlers ask of the groups whose coordinator it is. Each answer is a response as Kafka would give
 * it, its error codes included: nothing rejects but on a bug.
 */
export interface GroupCoordinator {
  /** The partition of `__consumer_offsets` that keeps the group: Java's hash of the id, without its sign. */
  partitionOf(groupId: string): number;

  join(request: JoinGroupRequest, context: RequestContext): Promise<JoinGroupResponseInput>;
  sync(request: SyncGroupRequest, context: RequestContext): Promise<SyncGroupResponseInput>;
  heartbeat(request: HeartbeatRequest, context: RequestContext): Promise<HeartbeatResponseInput>;
  leave(request: LeaveGroupRequest, context: RequestContext): Promise<LeaveGroupResponseInput>;
  heartbeatOfConsumer(
    request: ConsumerGroupHeartbeatRequest,
    context: RequestContext,
  ): Promise<ConsumerGroupHeartbeatResponseInput>;
  commitOffsets(request: OffsetCommitRequest, context: RequestContext): Promise<OffsetCommitResponseInput>;
  /** The guard is of the group's partition; offsets count once the transaction is committed. */
  commitOffsetsInTransaction(
    request: TxnOffsetCommitRequest,
    permission: TransactionPermission,
    context: RequestContext,
  ): Promise<TxnOffsetCommitResponseInput>;
  /** Appends the marker to the partition and ends the transaction there; answers with an error code. */
  endTransaction(partition: number, marker: ShardMarker): Promise<number>;
  fetchOffsets(
    request: OffsetFetchRequestGroup,
    requireStable: boolean,
    context: RequestContext,
  ): Promise<OffsetFetchResponseGroupInput>;
  deleteOffsets(request: OffsetDeleteRequest): Promise<OffsetDeleteResponseInput>;
  listGroups(request: ListGroupsRequest): Promise<ListGroupsResponseInput>;
  describeGroups(groupIds: readonly string[], context: RequestContext): Promise<DescribeGroupsResponseInput>;
  describeConsumerGroups(groupIds: readonly string[]): Promise<ConsumerGroupDescribeResponseInput>;
  deleteGroups(groupIds: readonly string[]): Promise<DeleteGroupsResponseInput>;

  readonly share: ShareGroupCoordinator;

  /** This broker leads the partition of `__consumer_offsets` from now on. */
  onElected(partition: number, log: PartitionLog, leaderEpoch: LeaderEpoch): void;
  /** It does no more. */
  onResigned(partition: number): void;
  /** The image's topics changed; `deleted` are names. */
  onTopicsChanged(deleted: readonly string[]): void;
  close(): Promise<void>;
}
