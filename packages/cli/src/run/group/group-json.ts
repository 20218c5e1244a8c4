import type { GroupDescription, GroupMember } from '@sluice/client/group-description';
import { byTopic, type TopicPartition } from '@sluice/client/topic-partition';
import type { GroupLag, PartitionLag } from './group-lag.ts';
import { type LagSort, sortPartitions } from './lag-order.ts';

/** A group as `--json` tells of it, without partitions and members. */
function groupToJson(group: GroupDescription, coordinatorAddress: string) {
  return {
    group: group.groupId,
    type: group.type,
    protocolType: group.protocolType,
    state: group.state,
    coordinator: { id: group.coordinator, address: coordinatorAddress },
    assignor: group.assignor === '' ? null : group.assignor,
    groupEpoch: group.groupEpoch,
    assignmentEpoch: group.assignmentEpoch,
  };
}

/** One group's lag; `totals` leaves the partitions out. */
export function lagToJson(
  { group, coordinatorAddress, partitions, missingTopics, lag }: GroupLag,
  sort: LagSort,
  totals: boolean,
) {
  const total = {
    ...groupToJson(group, coordinatorAddress),
    members: group.members.length,
    lag,
    partitionCount: partitions.length,
    partitionsWithoutLag: partitions.filter((partition) => partition.lag === null).length,
    missingTopics,
  };
  if (totals) return total;
  return {
    ...total,
    partitions: sortPartitions(partitions, sort).map((partition) =>
      group.type === 'share' ? sharedToJson(partition) : partitionToJson(partition),
    ),
  };
}

function partitionToJson({ members: [member], ...partition }: PartitionLag) {
  return {
    ...partition,
    memberId: member?.memberId ?? null,
    instanceId: member?.instanceId ?? null,
    clientId: member?.clientId ?? null,
    host: member?.host ?? null,
  };
}

function sharedToJson({ members, metadata: _none, ...partition }: PartitionLag) {
  return { ...partition, memberIds: members.map(({ memberId }) => memberId) };
}

/** One group with its members. */
export function membersToJson({ group, coordinatorAddress }: GroupLag) {
  return { ...groupToJson(group, coordinatorAddress), members: group.members.map(memberToJson) };
}

function memberToJson({ assignment, target, isUpgraded, ...member }: GroupMember) {
  return {
    ...member,
    upgraded: isUpgraded,
    partitions: assignment.length,
    assignment: topicsToJson(assignment),
    targetAssignment: target === null ? null : topicsToJson(target),
  };
}

function topicsToJson(partitions: readonly TopicPartition[]) {
  return byTopic(partitions).map(({ name, partitions: own }) => ({
    topic: name,
    partitions: own.map(({ partition }) => partition).sort((a, b) => a - b),
  }));
}
