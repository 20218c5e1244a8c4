import { assert } from '@sluice/kernel/assert';
import type { NodeId } from '@sluice/kernel/ids';
import { decodeConsumerAssignment, decodeConsumerSubscription } from '@sluice/protocol/consumer-protocol';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { consumerGroupDescribeRequestCodec } from '@sluice/protocol/generated/messages/consumer-group-describe-request';
import {
  type Assignment,
  type Member as ConsumerMember,
  consumerGroupDescribeResponseCodec,
  type DescribedGroup as DescribedConsumerGroup,
} from '@sluice/protocol/generated/messages/consumer-group-describe-response';
import { describeGroupsRequestCodec } from '@sluice/protocol/generated/messages/describe-groups-request';
import {
  type DescribedGroup as DescribedClassicGroup,
  type DescribedGroupMember,
  describeGroupsResponseCodec,
} from '@sluice/protocol/generated/messages/describe-groups-response';
import type { Broker } from './broker.ts';
import type { Cluster } from './cluster.ts';
import { askCoordinators } from './group-coordinator.ts';
import type { GroupDescription, GroupMember } from './group-description.ts';
import { KafkaError } from './kafka-error.ts';
import { lastingError } from './lasting-error.ts';
import type { TopicPartition } from './topic-partition.ts';

const CONSUMER_GROUP_DESCRIBE = {
  request: consumerGroupDescribeRequestCodec,
  response: consumerGroupDescribeResponseCodec,
};
const DESCRIBE_GROUPS = { request: describeGroupsRequestCodec, response: describeGroupsResponseCodec };
/** Before version 6 a group that does not exist is described as dead (KIP-1043). */
const DEAD = 'Dead';
/** KIP-1099's number for a member that still speaks the classic protocol. */
const CLASSIC_MEMBER = 0;

/** Describes classic and consumer groups. A group that cannot be described has its error in place of a description. */
export async function describeGroups(
  cluster: Cluster,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, GroupDescription | KafkaError>> {
  const described = await askCoordinators(cluster, groupIds, async (broker, led, nodeId) => {
    const found = await describeConsumerGroups(broker, led, nodeId);
    const left = led.filter((groupId) => !found.has(groupId));
    const classic = left.length === 0 ? [] : await describeClassicGroups(broker, left, nodeId);
    return [...found, ...classic];
  });
  const byId = new Map(described.flat());
  return new Map(
    groupIds.map((groupId) => {
      const group = byId.get(groupId);
      assert(group !== undefined, 'a group that was asked for is answered');
      return [groupId, group];
    }),
  );
}

type Described = readonly [groupId: string, GroupDescription | KafkaError];

/** Leaves out what may be a classic group. */
async function describeConsumerGroups(
  broker: Broker,
  groupIds: readonly string[],
  coordinator: NodeId,
): Promise<ReadonlyMap<string, GroupDescription | KafkaError>> {
  if (broker.versionOf(CONSUMER_GROUP_DESCRIBE) === undefined) return new Map();
  const { groups } = await broker.request(CONSUMER_GROUP_DESCRIBE, () => ({
    groupIds: [...groupIds],
    includeAuthorizedOperations: false,
  }));
  const found = new Map<string, GroupDescription | KafkaError>();
  for (const group of groups) {
    const error = lastingError(group.errorCode, group.errorMessage);
    if (error?.code === ErrorCode.GROUP_ID_NOT_FOUND || error?.code === ErrorCode.UNSUPPORTED_VERSION) continue;
    found.set(group.groupId, error ?? fromConsumerGroup(group, coordinator));
  }
  return found;
}

async function describeClassicGroups(
  broker: Broker,
  groupIds: readonly string[],
  coordinator: NodeId,
): Promise<readonly Described[]> {
  const { groups } = await broker.request(DESCRIBE_GROUPS, () => ({ groups: [...groupIds] }));
  return groups.map((group) => {
    const missing = group.groupState === DEAD ? new KafkaError(ErrorCode.GROUP_ID_NOT_FOUND, null) : undefined;
    return [
      group.groupId,
      lastingError(group.errorCode, group.errorMessage) ?? missing ?? fromClassicGroup(group, coordinator),
    ];
  });
}

function fromConsumerGroup(group: DescribedConsumerGroup, coordinator: NodeId): GroupDescription {
  return {
    groupId: group.groupId,
    type: 'consumer',
    state: group.groupState,
    coordinator,
    assignor: group.assignorName,
    protocolType: 'consumer',
    groupEpoch: group.groupEpoch,
    assignmentEpoch: group.assignmentEpoch,
    members: group.members.map(fromConsumerMember),
  };
}

function fromConsumerMember(member: ConsumerMember): GroupMember {
  return {
    memberId: member.memberId,
    instanceId: member.instanceId,
    clientId: member.clientId,
    host: member.clientHost,
    rackId: member.rackId,
    assignment: flatten(member.assignment),
    target: flatten(member.targetAssignment),
    subscribedTopics: member.subscribedTopicNames,
    subscribedRegex: member.subscribedTopicRegex === '' ? null : member.subscribedTopicRegex,
    epoch: member.memberEpoch,
    isUpgraded: member.memberType < 0 ? null : member.memberType !== CLASSIC_MEMBER,
  };
}

function flatten({ topicPartitions }: Assignment): readonly TopicPartition[] {
  return topicPartitions.flatMap(({ topicName, partitions }) =>
    partitions.map((partition) => ({ topic: topicName, partition })),
  );
}

function fromClassicGroup(group: DescribedClassicGroup, coordinator: NodeId): GroupDescription {
  // Connect's members, say, have assignments in a form of their own.
  const isConsumer = group.protocolType === 'consumer';
  return {
    groupId: group.groupId,
    type: 'classic',
    state: group.groupState,
    coordinator,
    assignor: group.protocolData,
    protocolType: group.protocolType,
    groupEpoch: null,
    assignmentEpoch: null,
    members: group.members.map((member) => fromClassicMember(member, isConsumer)),
  };
}

function fromClassicMember(member: DescribedGroupMember, isConsumer: boolean): GroupMember {
  return {
    memberId: member.memberId,
    instanceId: member.groupInstanceId,
    clientId: member.clientId,
    host: member.clientHost,
    rackId: null,
    assignment: isConsumer ? assignedPartitions(member.memberAssignment) : [],
    target: null,
    subscribedTopics: isConsumer ? (decodeConsumerSubscription(member.memberMetadata)?.topics ?? []) : [],
    subscribedRegex: null,
    epoch: null,
    isUpgraded: null,
  };
}

/** None while there is no assignment, or when it cannot be read: members write these bytes themselves. */
function assignedPartitions(blob: Buffer): readonly TopicPartition[] {
  return (decodeConsumerAssignment(blob)?.assignedPartitions ?? []).flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  );
}
