import type { NodeId } from '@sluice/kernel/ids';
import { shareGroupDescribeRequestCodec } from '@sluice/protocol/generated/messages/share-group-describe-request';
import {
  type DescribedGroup,
  type Member,
  shareGroupDescribeResponseCodec,
} from '@sluice/protocol/generated/messages/share-group-describe-response';
import type { Cluster } from './cluster.ts';
import { askCoordinators } from './group-coordinator.ts';
import type { GroupDescription, GroupMember } from './group-description.ts';
import type { KafkaError } from './kafka-error.ts';
import { lastingError } from './lasting-error.ts';

const SHARE_GROUP_DESCRIBE = { request: shareGroupDescribeRequestCodec, response: shareGroupDescribeResponseCodec };

/** Describes share groups. A group that cannot be described, or is of another type, has its error instead. */
export async function describeShareGroups(
  cluster: Cluster,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, GroupDescription | KafkaError>> {
  const described = await askCoordinators(cluster, groupIds, async (broker, led, nodeId) => {
    const { groups } = await broker.request(SHARE_GROUP_DESCRIBE, () => ({
      groupIds: [...led],
      includeAuthorizedOperations: false,
    }));
    return groups.map((group) => {
      const error = lastingError(group.errorCode, group.errorMessage);
      return [group.groupId, error ?? fromShareGroup(group, nodeId)] as const;
    });
  });
  return new Map(described.flat());
}

function fromShareGroup(group: DescribedGroup, coordinator: NodeId): GroupDescription {
  return {
    groupId: group.groupId,
    type: 'share',
    state: group.groupState,
    coordinator,
    assignor: group.assignorName,
    protocolType: 'share',
    groupEpoch: group.groupEpoch,
    assignmentEpoch: group.assignmentEpoch,
    members: group.members.map(fromMember),
  };
}

function fromMember(member: Member): GroupMember {
  return {
    memberId: member.memberId,
    instanceId: null,
    clientId: member.clientId,
    host: member.clientHost,
    rackId: member.rackId,
    assignment: member.assignment.topicPartitions.flatMap(({ topicName, partitions }) =>
      partitions.map((partition) => ({ topic: topicName, partition })),
    ),
    target: null,
    subscribedTopics: member.subscribedTopicNames,
    subscribedRegex: null,
    epoch: member.memberEpoch,
    isUpgraded: null,
  };
}
