import type { GroupTable } from '../group.ts';
import type { TopicsView } from '../group-environment.ts';
import type { ConsumerGroupRecord } from '../group-record.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerGroupMember, newConsumerGroupMember } from './consumer-group-member.ts';
import { currentAssignmentFromRecord, memberFromRecord } from './consumer-group-records.ts';
import { asConsumerGroup } from './consumer-scope.ts';
import { NO_PARTITIONS } from './owned-partitions.ts';

/**
 * Changes the table's groups as a record says: one that was just decided, or one of a log that may have been compacted,
 * or written by Kafka.
 */
export function applyToTable(table: GroupTable, topics: TopicsView, record: ConsumerGroupRecord): void {
  const { groupId } = record.key;
  const group = asConsumerGroup(table.get(groupId));
  if (record.value !== null) {
    applyToGroup(group ?? createIn(table, topics, groupId), record);
  } else if (group !== undefined) {
    if (record.type === 'consumer-group-metadata') table.delete(groupId);
    else applyToGroup(group, record);
  }
}

/** A simple group, which committed offsets made, gives way: its offsets are the consumer group's. */
function createIn(table: GroupTable, topics: TopicsView, groupId: string): ConsumerGroup {
  const group = new ConsumerGroup(groupId, topics);
  table.set(group);
  return group;
}

export function applyToGroup(group: ConsumerGroup, record: ConsumerGroupRecord): void {
  switch (record.type) {
    case 'consumer-group-metadata':
      if (record.value === null) return;
      group.groupEpoch = record.value.epoch;
      group.metadataHash = record.value.metadataHash ?? 0n;
      return;
    case 'consumer-group-target-assignment-metadata':
      group.assignmentEpoch = record.value?.assignmentEpoch ?? -1;
      group.assignmentTimestampMs = record.value?.assignmentTimestamp ?? 0;
      return;
    case 'consumer-group-target-assignment-member':
      group.setTarget(record.key.memberId, record.value === null ? undefined : toAssignment(record.value));
      return;
    case 'consumer-group-member-metadata':
      if (record.value === null) group.removeMember(record.key.memberId);
      else group.putMember(memberFromRecord(memberOf(group, record.key.memberId), record.value));
      return;
    case 'consumer-group-current-member-assignment':
      applyCurrentAssignment(group, record);
      return;
    case 'consumer-group-regular-expression':
      applyRegex(group, record);
  }
}

type RecordOf<Type extends ConsumerGroupRecord['type']> = Extract<ConsumerGroupRecord, { type: Type }>;

function applyCurrentAssignment(
  group: ConsumerGroup,
  { key, value }: RecordOf<'consumer-group-current-member-assignment'>,
): void {
  if (value !== null) {
    group.putMember(currentAssignmentFromRecord(memberOf(group, key.memberId), value));
    return;
  }
  const member = group.members.get(key.memberId);
  if (member === undefined) return;
  group.putMember({
    ...member,
    memberEpoch: -1,
    previousMemberEpoch: -1,
    assigned: NO_PARTITIONS,
    pendingRevocation: NO_PARTITIONS,
  });
}

function applyRegex(group: ConsumerGroup, { key, value }: RecordOf<'consumer-group-regular-expression'>): void {
  const { regularExpression } = key;
  if (value === null) {
    group.subscriptions.resolve(regularExpression, undefined);
    return;
  }
  const { topics, version, timestamp } = value;
  group.subscriptions.resolve(regularExpression, { topics: new Set(topics), version, timestampMs: timestamp });
}

function memberOf(group: ConsumerGroup, memberId: string): ConsumerGroupMember {
  return group.members.get(memberId) ?? newConsumerGroupMember(memberId);
}

type TargetValue = NonNullable<RecordOf<'consumer-group-target-assignment-member'>['value']>;

/** Kafka leaves the order open. */
function toAssignment({ topicPartitions }: TargetValue): ReadonlyMap<string, readonly number[]> {
  return new Map(
    topicPartitions.map(({ topicId, partitions }) => [topicId, [...partitions].sort((a, b) => a - b)] as const),
  );
}
