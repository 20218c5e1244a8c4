import type { TimestampMs, Uuid } from '@sluice/kernel/ids';
import type { Assignment } from '../assignors/assignor.ts';
import { EMPTY_ASSIGNMENT } from '../assignors/assignor.ts';
import type { Group, GroupTable } from '../group.ts';
import type { ShareGroupRecord } from '../group-record.ts';
import type { InitializedPartitions, TopicPartitionSets } from './initialized-partitions.ts';
import { ShareGroup } from './share-group.ts';
import { newShareGroupMember, type ShareGroupMember } from './share-group-member.ts';

export function asShareGroup(group: Group | undefined): ShareGroup | undefined {
  return group instanceof ShareGroup ? group : undefined;
}

/** Changes the table's groups as a record says: one that was just decided, or one of a log that Kafka may have written. */
export function applyToTable(table: GroupTable, record: ShareGroupRecord, timestampMs: TimestampMs): void {
  const { groupId } = record.key;
  const existing = asShareGroup(table.get(groupId));
  if (existing === undefined) {
    if (record.value === null) return;
    const group = new ShareGroup(groupId);
    table.set(group);
    applyToGroup(group, record, timestampMs);
  } else if (record.value === null && record.type === 'share-group-metadata') {
    table.delete(groupId);
  } else {
    applyToGroup(existing, record, timestampMs);
  }
}

function applyToGroup(group: ShareGroup, record: ShareGroupRecord, timestampMs: TimestampMs): void {
  switch (record.type) {
    case 'share-group-metadata':
      if (record.value === null) return;
      group.groupEpoch = record.value.epoch;
      group.metadataHash = record.value.metadataHash;
      return;
    case 'share-group-target-assignment-metadata':
      group.assignmentEpoch = record.value?.assignmentEpoch ?? -1;
      group.assignmentTimestampMs = record.value?.assignmentTimestamp ?? 0;
      return;
    case 'share-group-target-assignment-member':
      group.setTarget(
        record.key.memberId,
        record.value === null ? undefined : toAssignment(record.value.topicPartitions),
      );
      return;
    case 'share-group-member-metadata': {
      const { memberId } = record.key;
      if (record.value === null) {
        group.removeMember(memberId);
        return;
      }
      const { subscribedTopicNames, rackId, clientId, clientHost } = record.value;
      const subscribedTopics = new Set([...subscribedTopicNames].sort());
      group.putMember({ ...memberOf(group, memberId), rackId, clientId, clientHost, subscribedTopics });
      return;
    }
    case 'share-group-current-member-assignment': {
      const { memberId } = record.key;
      if (record.value !== null) {
        const { memberEpoch, previousMemberEpoch, assignedPartitions } = record.value;
        const assigned = toAssignment(assignedPartitions);
        group.putMember({ ...memberOf(group, memberId), memberEpoch, previousMemberEpoch, assigned });
        return;
      }
      const member = group.members.get(memberId);
      if (member === undefined) return;
      group.putMember({ ...member, memberEpoch: -1, previousMemberEpoch: -1, assigned: EMPTY_ASSIGNMENT });
      return;
    }
    case 'share-group-state-partition-metadata':
      group.initialized = record.value === null ? undefined : toInitialized(record.value, timestampMs);
  }
}

function memberOf(group: ShareGroup, memberId: string): ShareGroupMember {
  return group.members.get(memberId) ?? newShareGroupMember(memberId);
}

interface TopicPartitions {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

/** Kafka leaves the order open. */
function toAssignment(topics: readonly TopicPartitions[]): Assignment {
  return new Map(topics.map(({ topicId, partitions }) => [topicId, [...partitions].sort((a, b) => a - b)] as const));
}

type InitializedValue = NonNullable<
  Extract<ShareGroupRecord, { type: 'share-group-state-partition-metadata' }>['value']
>;

function toInitialized(value: InitializedValue, timestampMs: TimestampMs): InitializedPartitions {
  const toSets = (topics: InitializedValue['initializedTopics']): TopicPartitionSets =>
    new Map(
      topics.map(({ topicId, topicName, partitions }) => [
        topicId,
        { topicName, partitions: new Set(partitions), timestampMs },
      ]),
    );
  return {
    initializing: toSets(value.initializingTopics),
    initialized: toSets(value.initializedTopics),
    deleting: new Map(value.deletingTopics.map(({ topicId, topicName }) => [topicId, topicName])),
  };
}
