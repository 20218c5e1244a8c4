import type { TimestampMs } from '@sluice/kernel/ids';
import type {
  ShareGroupStatePartitionMetadataValueInput,
  TopicPartitionsInfoInput,
} from '@sluice/protocol/generated/records/group/share-group-state-partition-metadata-value';
import type { Assignment } from '../assignors/assignor.ts';
import type { ShareGroupRecord } from '../group-record.ts';
import type { InitializedPartitions, TopicPartitionSets } from './initialized-partitions.ts';
import type { ShareGroup } from './share-group.ts';
import type { ShareGroupMember } from './share-group-member.ts';

/** A member's state in its record: there is no other in a share group. */
const STABLE = 0;

export function memberRecord(groupId: string, member: ShareGroupMember): ShareGroupRecord {
  const { memberId, rackId, clientId, clientHost, subscribedTopics } = member;
  return {
    type: 'share-group-member-metadata',
    key: { groupId, memberId },
    value: { rackId, clientId, clientHost, subscribedTopicNames: [...subscribedTopics] },
  };
}

export function groupEpochRecord(groupId: string, epoch: number, metadataHash: bigint): ShareGroupRecord {
  return { type: 'share-group-metadata', key: { groupId }, value: { epoch, metadataHash } };
}

export function targetRecord(groupId: string, memberId: string, assignment: Assignment): ShareGroupRecord {
  const topicPartitions = toTopicPartitions(assignment);
  return { type: 'share-group-target-assignment-member', key: { groupId, memberId }, value: { topicPartitions } };
}

export function assignmentEpochRecord(
  groupId: string,
  assignmentEpoch: number,
  assignmentTimestamp: TimestampMs,
): ShareGroupRecord {
  return {
    type: 'share-group-target-assignment-metadata',
    key: { groupId },
    value: { assignmentEpoch, assignmentTimestamp },
  };
}

export function currentAssignmentRecord(groupId: string, member: ShareGroupMember): ShareGroupRecord {
  const { memberId, memberEpoch, previousMemberEpoch, assigned } = member;
  return {
    type: 'share-group-current-member-assignment',
    key: { groupId, memberId },
    value: { memberEpoch, previousMemberEpoch, state: STABLE, assignedPartitions: toTopicPartitions(assigned) },
  };
}

export function initializedRecord(groupId: string, info: InitializedPartitions): ShareGroupRecord {
  return { type: 'share-group-state-partition-metadata', key: { groupId }, value: toValue(info) };
}

export function memberTombstones(groupId: string, memberId: string): ShareGroupRecord[] {
  const key = { groupId, memberId };
  return [
    { type: 'share-group-current-member-assignment', key, value: null },
    { type: 'share-group-target-assignment-member', key, value: null },
    { type: 'share-group-member-metadata', key, value: null },
  ];
}

export function groupTombstones({ groupId, members, targets }: ShareGroup): ShareGroupRecord[] {
  const memberIds = new Set([...members.keys(), ...targets.keys()]);
  const key = { groupId };
  return [
    ...[...memberIds].flatMap((memberId) => memberTombstones(groupId, memberId)),
    { type: 'share-group-target-assignment-metadata', key, value: null },
    { type: 'share-group-state-partition-metadata', key, value: null },
    { type: 'share-group-metadata', key, value: null },
  ];
}

function toTopicPartitions(assignment: Assignment) {
  return Array.from(assignment, ([topicId, partitions]) => ({ topicId, partitions }));
}

function toValue({
  initializing,
  initialized,
  deleting,
}: InitializedPartitions): ShareGroupStatePartitionMetadataValueInput {
  return {
    initializingTopics: toTopics(initializing),
    initializedTopics: toTopics(initialized),
    deletingTopics: Array.from(deleting, ([topicId, topicName]) => ({ topicId, topicName })),
  };
}

function toTopics(topics: TopicPartitionSets): TopicPartitionsInfoInput[] {
  return Array.from(topics, ([topicId, { topicName, partitions }]) => ({
    topicId,
    topicName,
    partitions: [...partitions].sort((a, b) => a - b),
  }));
}
