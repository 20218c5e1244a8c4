import { type TimestampMs, type Uuid, ZERO_UUID } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { AlterShareGroupOffsetsRequest } from '@sluice/protocol/generated/messages/alter-share-group-offsets-request';
import type { AlterShareGroupOffsetsResponseTopicInput } from '@sluice/protocol/generated/messages/alter-share-group-offsets-response';
import type { DeleteShareGroupOffsetsRequest } from '@sluice/protocol/generated/messages/delete-share-group-offsets-request';
import type { DeleteShareGroupOffsetsResponseTopicInput } from '@sluice/protocol/generated/messages/delete-share-group-offsets-response';
import { isRefusal, type Refusal } from '../consumer/refusal.ts';
import type { GroupRecord } from '../group-record.ts';
import { findEmptyShareGroup } from './find-share-group.ts';
import type { ToInitialize } from './initialize-partitions.ts';
import { beginning, forgetting, type TopicPartitionSet, union } from './initialized-partitions.ts';
import { initializedRecord } from './share-group-records.ts';
import type { ShareScope } from './share-scope.ts';

const UNKNOWN_PARTITION = {
  errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  errorMessage: 'There is no such partition.',
};

/** An answer to AlterShareGroupOffsets that holds if all of this can be begun. */
export interface AlteredOffsets {
  readonly responses: readonly AlterShareGroupOffsetsResponseTopicInput[];
  readonly toInitialize: readonly ToInitialize[];
}

/** A group without members starts anew at these offsets; it need not have been there before. */
export function alterShareOffsets(
  scope: ShareScope,
  { groupId, topics }: AlterShareGroupOffsetsRequest,
  now: TimestampMs,
  records: GroupRecord[],
): AlteredOffsets | Refusal {
  const group = findEmptyShareGroup(scope.table, groupId, true);
  if (isRefusal(group)) return group;
  const toBegin = new Map<Uuid, TopicPartitionSet>();
  const startOffsets = new Map<string, ToInitialize>();
  const responses = topics.map(({ topicName, partitions }): AlterShareGroupOffsetsResponseTopicInput => {
    const topic = scope.environment.topics.byName(topicName);
    const isThere = (partition: number) => topic !== undefined && partition >= 0 && partition < topic.partitionCount;
    const asked = partitions.filter(({ partitionIndex }) => isThere(partitionIndex));
    if (topic !== undefined) {
      const sets = new Set(asked.map(({ partitionIndex }) => partitionIndex));
      const known = toBegin.get(topic.id)?.partitions ?? [];
      toBegin.set(topic.id, { topicName, partitions: new Set([...known, ...sets]), timestampMs: now });
      for (const { partitionIndex: partition, startOffset } of asked) {
        const key = `${topic.id}:${partition}`;
        startOffsets.set(key, { topicId: topic.id, partition, stateEpoch: group.groupEpoch, startOffset });
      }
    }
    return {
      topicName,
      topicId: topic?.id ?? ZERO_UUID,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        ...(isThere(partitionIndex) ? { errorCode: ErrorCode.NONE } : UNKNOWN_PARTITION),
      })),
    };
  });
  if (toBegin.size > 0) {
    records.push(initializedRecord(groupId, beginning(group.initializedPartitions, toBegin)));
    // Nobody else may begin them meanwhile.
    group.isBeginningLost = false;
  }
  return { responses, toInitialize: [...startOffsets.values()] };
}

/** Share state that is to be forgotten in `__share_group_state`, topic by topic. */
export interface ToForget {
  readonly topicId: Uuid;
  readonly topicName: string;
  readonly partitions: readonly number[];
}

/** What of DeleteShareGroupOffsets cannot be, and what is to be forgotten first. */
export interface DeletedOffsets {
  readonly refused: readonly DeleteShareGroupOffsetsResponseTopicInput[];
  readonly toForget: readonly ToForget[];
}

export function deleteShareOffsets(
  scope: ShareScope,
  { groupId, topics }: DeleteShareGroupOffsetsRequest,
  records: GroupRecord[],
): DeletedOffsets | Refusal {
  const group = findEmptyShareGroup(scope.table, groupId, false);
  if (isRefusal(group)) return group;
  // Kafka has nothing to say of a group that never had offsets.
  if (group.initialized === undefined) return { refused: [], toForget: [] };
  const { initialized, deleting } = group.initialized;
  const refused: DeleteShareGroupOffsetsResponseTopicInput[] = [];
  const toForget = new Map<Uuid, ToForget>();
  for (const { topicName } of topics) {
    const topic = scope.environment.topics.byName(topicName);
    const known = topic === undefined ? undefined : initialized.get(topic.id);
    if (topic !== undefined && known !== undefined) {
      toForget.set(topic.id, { topicId: topic.id, topicName, partitions: [...known.partitions] });
    } else if (topic !== undefined && deleting.has(topic.id)) {
      const partitions = Array.from({ length: topic.partitionCount }, (_, partition) => partition);
      toForget.set(topic.id, { topicId: topic.id, topicName, partitions });
    } else {
      const errorMessage = topic === undefined ? 'There is no such topic.' : 'The group has no offsets of the topic.';
      refused.push({ topicName, topicId: ZERO_UUID, errorCode: UNKNOWN_PARTITION.errorCode, errorMessage });
    }
  }
  const names = new Map(Array.from(toForget.values(), ({ topicId, topicName }) => [topicId, topicName] as const));
  records.push(initializedRecord(groupId, forgetting(group.initialized, names)));
  return { refused, toForget: [...toForget.values()] };
}

/** Before a share group is deleted, all that it knows of partitions is. Nothing for a group of another kind, or none. */
export function forgetShareGroup(
  scope: ShareScope,
  groupId: string,
  records: GroupRecord[],
): { readonly errorCode: number; readonly toForget: readonly ToForget[] } {
  const group = findEmptyShareGroup(scope.table, groupId, false);
  if (isRefusal(group)) {
    const errorCode = group.errorCode === ErrorCode.NON_EMPTY_GROUP ? group.errorCode : ErrorCode.NONE;
    return { errorCode, toForget: [] };
  }
  if (group.initialized === undefined) return { errorCode: ErrorCode.NONE, toForget: [] };
  const { initialized, initializing, deleting } = group.initialized;
  const toForget = new Map<Uuid, ToForget>();
  for (const topicId of deleting.keys()) {
    const topic = scope.environment.topics.byId(topicId);
    if (topic === undefined) continue;
    const partitions = Array.from({ length: topic.partitionCount }, (_, partition) => partition);
    toForget.set(topicId, { topicId, topicName: topic.name, partitions });
  }
  for (const [topicId, { topicName, partitions }] of union(initialized, initializing)) {
    const known = new Set([...partitions, ...(toForget.get(topicId)?.partitions ?? [])]);
    toForget.set(topicId, { topicId, topicName, partitions: [...known] });
  }
  const names = new Map(Array.from(toForget.values(), ({ topicId, topicName }) => [topicId, topicName] as const));
  const nothing = { initializing: new Map(), initialized: new Map(), deleting: names };
  records.push(initializedRecord(groupId, nothing));
  return { errorCode: ErrorCode.NONE, toForget: [...toForget.values()] };
}
