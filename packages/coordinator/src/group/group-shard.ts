import type { TimestampMs } from '@sluice/kernel/ids';
import type { DescribedGroupInput as DescribedConsumerGroupInput } from '@sluice/protocol/generated/messages/consumer-group-describe-response';
import type { DescribedGroupInput } from '@sluice/protocol/generated/messages/describe-groups-response';
import type { ListGroupsRequest } from '@sluice/protocol/generated/messages/list-groups-request';
import type { ListedGroupInput } from '@sluice/protocol/generated/messages/list-groups-response';
import type { CoordinatorShard, Pending, PutOff } from '../runtime/coordinator-shard.ts';
import { replyTo } from '../runtime/coordinator-shard.ts';
import { deleteGroup } from './delete-group.ts';
import { describeConsumerGroup, describeGroup } from './describe-group.ts';
import type { GroupTable } from './group.ts';
import type {
  ClassicGroups,
  ClassicProtocol,
  ConsumerGroups,
  GroupOffsets,
  GroupStep,
  ShardPart,
} from './group-parts.ts';
import { type GroupRecord, isOfShareGroup } from './group-record.ts';
import { listGroups } from './list-groups.ts';
import type { ShareGroups } from './share/share-groups.ts';

/** The groups and offsets of one partition of `__consumer_offsets`. */
export interface GroupShard extends CoordinatorShard<GroupRecord>, ClassicProtocol {
  readonly heartbeatOfConsumer: ConsumerGroups['heartbeatOfConsumer'];
  readonly commitOffsets: GroupOffsets['commit'];
  readonly commitOffsetsInTransaction: GroupOffsets['commitInTransaction'];
  readonly fetchOffsets: GroupOffsets['fetch'];
  readonly deleteOffsets: GroupOffsets['delete'];
  readonly share: ShareGroups;
  listGroups(request: ListGroupsRequest, pending: Pending<readonly ListedGroupInput[]>): GroupStep;
  describeGroup(groupId: string, apiVersion: number, pending: Pending<DescribedGroupInput>): GroupStep;
  describeConsumerGroup(groupId: string, pending: Pending<DescribedConsumerGroupInput>): GroupStep;
  /** Answers with an error code. */
  deleteGroup(groupId: string, pending: Pending<number>): GroupStep;
  onTopicsChanged(deleted: readonly string[], now: TimestampMs): GroupStep;
}

export interface GroupShardParts {
  readonly table: GroupTable;
  readonly classic: ClassicGroups;
  readonly consumer: ConsumerGroups;
  readonly offsets: GroupOffsets;
  readonly share: ShareGroups;
  readonly putOff: PutOff<GroupRecord>;
}

/** Puts the parts together: requests and records go to the one that they concern. */
export function createGroupShard({ table, classic, consumer, offsets, share, putOff }: GroupShardParts): GroupShard {
  const parts: readonly ShardPart[] = [classic, consumer, offsets, share];

  /** A classic member's group may be a consumer group, during an upgrade. */
  function protocolOf(groupId: string): ClassicProtocol {
    return table.get(groupId)?.type === 'consumer' ? consumer : classic;
  }

  function everyPart(step: (part: ShardPart) => GroupStep): GroupStep {
    const steps = parts.map(step);
    return {
      records: steps.flatMap(({ records }) => records),
      replies: steps.flatMap(({ replies }) => replies),
      repliesAtOnce: steps.flatMap(({ repliesAtOnce = [] }) => repliesAtOnce),
      isAtomic: false,
    };
  }

  return {
    join(request, context, now, pending) {
      const group = table.get(request.groupId);
      // An empty consumer group becomes a classic one with its first classic member.
      const protocol = group?.type === 'consumer' && !group.isEmpty ? consumer : classic;
      return protocol.join(request, context, now, pending);
    },
    sync: (request, context, now, pending) => protocolOf(request.groupId).sync(request, context, now, pending),
    heartbeat: (request, context, now, pending) =>
      protocolOf(request.groupId).heartbeat(request, context, now, pending),
    leave: (request, context, now, pending) => protocolOf(request.groupId).leave(request, context, now, pending),
    heartbeatOfConsumer: consumer.heartbeatOfConsumer,
    commitOffsets: offsets.commit,
    commitOffsetsInTransaction: offsets.commitInTransaction,
    endTransaction: offsets.endTransaction,
    fetchOffsets: offsets.fetch,
    deleteOffsets: offsets.delete,
    share,
    listGroups: (request, pending) => ({ records: [], replies: [replyTo(pending, listGroups(table, request))] }),
    describeGroup: (groupId, apiVersion, pending) => ({
      records: [],
      replies: [replyTo(pending, describeGroup(table, classic, groupId, apiVersion))],
    }),
    describeConsumerGroup: (groupId, pending) => ({
      records: [],
      replies: [replyTo(pending, describeConsumerGroup(table, consumer, groupId))],
    }),
    deleteGroup: (groupId, pending) => deleteGroup({ table, offsets, putOff }, groupId, pending),
    apply(record, context) {
      if (record.type === 'offset-commit') offsets.apply(record, context);
      else if (record.type === 'group-metadata') classic.apply(record, context);
      else if (isOfShareGroup(record)) share.apply(record, context);
      else consumer.apply(record, context);
    },
    onLoaded: (now) => everyPart((part) => part.onLoaded(now)),
    onUnloaded(errorCode) {
      for (const part of parts) part.onUnloaded(errorCode);
    },
    onTopicsChanged: (deleted, now) => everyPart((part) => part.onTopicsChanged(deleted, now)),
  };
}
