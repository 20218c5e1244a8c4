import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { OffsetDeleteRequest } from '@sluice/protocol/generated/messages/offset-delete-request';
import type { OffsetDeleteResponseInput } from '@sluice/protocol/generated/messages/offset-delete-response';
import type { Group } from '../group.ts';
import type { GroupRecord } from '../group-record.ts';
import type { CommittedOffsets } from './committed-offsets.ts';
import type { PendingOffsets } from './pending-offsets.ts';

export interface DeleteDecision {
  readonly records: readonly GroupRecord[];
  readonly response: OffsetDeleteResponseInput;
}

/** Offsets of topics that the group does not read; where there is none, that is no error. */
export function deleteOffsets(
  { groupId, topics }: OffsetDeleteRequest,
  group: Group | undefined,
  committed: CommittedOffsets,
  pending: PendingOffsets,
): DeleteDecision {
  const errorCode = deleteError(groupId, group);
  if (group === undefined || errorCode !== ErrorCode.NONE) {
    return { records: [], response: { errorCode, throttleTimeMs: 0, topics: [] } };
  }
  const records: GroupRecord[] = [];
  const answers = topics.map(({ name, partitions }) => {
    const isSubscribed = group.isSubscribedTo(name);
    const topicErrorCode = isSubscribed ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC : ErrorCode.NONE;
    for (const { partitionIndex } of isSubscribed ? [] : partitions) {
      if (committed.has(groupId, name, partitionIndex) || pending.has(groupId, name, partitionIndex)) {
        records.push(offsetTombstone(groupId, name, partitionIndex));
      }
    }
    const answer = partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: topicErrorCode }));
    return { name, partitions: answer };
  });
  return { records, response: { errorCode: ErrorCode.NONE, throttleTimeMs: 0, topics: answers } };
}

function deleteError(groupId: string, group: Group | undefined): number {
  if (groupId === '') return ErrorCode.INVALID_GROUP_ID;
  return group?.offsetDeleteError() ?? ErrorCode.GROUP_ID_NOT_FOUND;
}

export function offsetTombstone(groupId: string, topic: string, partition: number): GroupRecord {
  return { type: 'offset-commit', key: { group: groupId, topic, partition }, value: null };
}

/** For all that the group has, pending offsets too; no more than so many of them. */
export function groupTombstones(
  groupId: string,
  committed: CommittedOffsets,
  pending: PendingOffsets,
  countMax: number,
): readonly GroupRecord[] {
  const tombstones: GroupRecord[] = [];
  for (const [topic, offsets] of committed.ofGroup(groupId) ?? []) {
    for (const partition of offsets.partitionsFromLast()) {
      if (tombstones.length >= countMax) return tombstones;
      tombstones.push(offsetTombstone(groupId, topic, partition));
    }
  }
  for (const { topic, partition } of pending.keysOfGroup(groupId)) {
    if (tombstones.length >= countMax) return tombstones;
    if (!committed.has(groupId, topic, partition)) tombstones.push(offsetTombstone(groupId, topic, partition));
  }
  return tombstones;
}

/**
 * For the offsets of topics that are gone, group by group, so that others may have their turn in between. A topic of the
 * same name may have come in between: what was committed for that one stays.
 */
export function* topicTombstones(
  deleted: ReadonlySet<string>,
  isGone: (topic: string, topicId: string) => boolean,
  committed: CommittedOffsets,
  pending: PendingOffsets,
): Generator<readonly GroupRecord[], void> {
  for (const groupId of committed.groupIds()) {
    const byTopic = committed.ofGroup(groupId);
    for (const topic of deleted) {
      const tombstones: GroupRecord[] = [];
      for (const { partition, topicId } of byTopic?.get(topic)?.values() ?? []) {
        if (isGone(topic, topicId)) tombstones.push(offsetTombstone(groupId, topic, partition));
      }
      yield tombstones;
    }
  }
  const ofPending: GroupRecord[] = [];
  for (const { group, topic, partition } of pending.keys()) {
    if (deleted.has(topic) && !committed.has(group, topic, partition)) {
      ofPending.push(offsetTombstone(group, topic, partition));
    }
  }
  yield ofPending;
}
