import type { Assignment } from '../assignors/assignor.ts';
import type { ConsumerGroupRecord } from '../group-record.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupMember, MemberState } from './consumer-group-member.ts';
import { fromRecord, toRecord } from './owned-partitions.ts';
import type { ResolvedRegex } from './topic-subscriptions.ts';

type CurrentAssignmentRecord = Extract<ConsumerGroupRecord, { type: 'consumer-group-current-member-assignment' }>;
type MemberRecord = Extract<ConsumerGroupRecord, { type: 'consumer-group-member-metadata' }>;

const STATE_CODES: Record<MemberState, number> = {
  stable: 0,
  'unrevoked-partitions': 1,
  'unreleased-partitions': 2,
  unknown: 127,
};
const STATES = new Map<number, MemberState>([
  [0, 'stable'],
  [1, 'unrevoked-partitions'],
  [2, 'unreleased-partitions'],
]);

export function groupEpochRecord(groupId: string, epoch: number, metadataHash: bigint): ConsumerGroupRecord {
  return { type: 'consumer-group-metadata', key: { groupId }, value: { epoch, metadataHash } };
}

export function memberRecord(groupId: string, member: ConsumerGroupMember): ConsumerGroupRecord {
  return {
    type: 'consumer-group-member-metadata',
    key: { groupId, memberId: member.memberId },
    value: {
      instanceId: member.instanceId,
      rackId: member.rackId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      subscribedTopicNames: [...member.subscribedTopics],
      subscribedTopicRegex: member.subscribedRegex,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      serverAssignor: member.serverAssignor,
      classicMemberMetadata: member.classic,
    },
  };
}

export function memberFromRecord(
  member: ConsumerGroupMember,
  value: NonNullable<MemberRecord['value']>,
): ConsumerGroupMember {
  return {
    ...member,
    instanceId: value.instanceId,
    rackId: value.rackId,
    clientId: value.clientId,
    clientHost: value.clientHost,
    subscribedTopics: new Set([...value.subscribedTopicNames].sort()),
    subscribedRegex: value.subscribedTopicRegex,
    rebalanceTimeoutMs: value.rebalanceTimeoutMs ?? -1,
    serverAssignor: value.serverAssignor,
    classic: value.classicMemberMetadata,
  };
}

export function currentAssignmentRecord(groupId: string, member: ConsumerGroupMember): ConsumerGroupRecord {
  return {
    type: 'consumer-group-current-member-assignment',
    key: { groupId, memberId: member.memberId },
    value: {
      memberEpoch: member.memberEpoch,
      previousMemberEpoch: member.previousMemberEpoch,
      state: STATE_CODES[member.state],
      assignedPartitions: toRecord(member.assigned),
      partitionsPendingRevocation: toRecord(member.pendingRevocation),
    },
  };
}

export function currentAssignmentFromRecord(
  member: ConsumerGroupMember,
  value: NonNullable<CurrentAssignmentRecord['value']>,
): ConsumerGroupMember {
  const { memberEpoch, previousMemberEpoch } = value;
  return {
    ...member,
    memberEpoch,
    previousMemberEpoch,
    state: STATES.get(value.state) ?? 'unknown',
    assigned: fromRecord(value.assignedPartitions, memberEpoch),
    pendingRevocation: fromRecord(value.partitionsPendingRevocation, memberEpoch),
  };
}

export function targetRecord(groupId: string, memberId: string, assignment: Assignment): ConsumerGroupRecord {
  const topicPartitions = [...assignment].map(([topicId, partitions]) => ({ topicId, partitions }));
  return {
    type: 'consumer-group-target-assignment-member',
    key: { groupId, memberId },
    value: { topicPartitions },
  };
}

export function assignmentEpochRecord(groupId: string, epoch: number, timestampMs: number): ConsumerGroupRecord {
  return {
    type: 'consumer-group-target-assignment-metadata',
    key: { groupId },
    value: { assignmentEpoch: epoch, assignmentTimestamp: timestampMs },
  };
}

export function regexRecord(groupId: string, regularExpression: string, resolved: ResolvedRegex): ConsumerGroupRecord {
  return {
    type: 'consumer-group-regular-expression',
    key: { groupId, regularExpression },
    value: { topics: [...resolved.topics].sort(), version: resolved.version, timestamp: resolved.timestampMs },
  };
}

export function regexTombstone(groupId: string, regularExpression: string): ConsumerGroupRecord {
  return { type: 'consumer-group-regular-expression', key: { groupId, regularExpression }, value: null };
}

/** In this order, so that whatever a replay has seen of it makes sense. */
export function memberTombstones(groupId: string, memberId: string): ConsumerGroupRecord[] {
  const key = { groupId, memberId };
  return [
    { type: 'consumer-group-current-member-assignment', key, value: null },
    { type: 'consumer-group-target-assignment-member', key, value: null },
    { type: 'consumer-group-member-metadata', key, value: null },
  ];
}

export function groupTombstones(group: ConsumerGroup): ConsumerGroupRecord[] {
  const { groupId } = group;
  const memberIds = new Set([...group.members.keys(), ...group.targets.keys()]);
  return [
    ...[...memberIds].flatMap((memberId) => memberTombstones(groupId, memberId)),
    { type: 'consumer-group-target-assignment-metadata', key: { groupId }, value: null },
    ...[...group.subscriptions.resolvedRegexes().keys()].map((regex) => regexTombstone(groupId, regex)),
    { type: 'consumer-group-metadata', key: { groupId }, value: null },
  ];
}
