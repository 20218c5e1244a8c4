import type { Uuid } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type {
  AssignmentInput,
  DescribedGroupInput,
  MemberInput,
} from '@sluice/protocol/generated/messages/consumer-group-describe-response';
import type { TopicsView } from '../group-environment.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupMember } from './consumer-group-member.ts';
import type { ConsumerScope } from './consumer-scope.ts';
import { preferredAssignorName } from './target-assignment.ts';

/** Which protocol a member speaks, as ConsumerGroupDescribe v1 says it. */
const MEMBER_TYPE = { classic: 0, consumer: 1 } as const;

/** For ConsumerGroupDescribe. */
export function describe(scope: ConsumerScope, group: ConsumerGroup): DescribedGroupInput {
  return {
    errorCode: ErrorCode.NONE,
    groupId: group.groupId,
    groupState: group.stateName,
    groupEpoch: group.groupEpoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName: preferredAssignorName(scope, group),
    members: [...group.members.values()].map((member) => describeMember(scope.environment.topics, group, member)),
  };
}

function describeMember(topics: TopicsView, group: ConsumerGroup, member: ConsumerGroupMember): MemberInput {
  return {
    memberId: member.memberId,
    instanceId: member.instanceId,
    rackId: member.rackId,
    memberEpoch: member.memberEpoch,
    clientId: member.clientId,
    clientHost: member.clientHost,
    subscribedTopicNames: [...member.subscribedTopics],
    subscribedTopicRegex: member.subscribedRegex,
    assignment: describeAssignment(topics, partitionsOf(member)),
    targetAssignment: describeAssignment(topics, group.target(member.memberId)),
    memberType: member.classic === null ? MEMBER_TYPE.consumer : MEMBER_TYPE.classic,
  };
}

/** What it was told to give up is still its own. */
function partitionsOf(member: ConsumerGroupMember): ReadonlyMap<Uuid, readonly number[]> {
  const partitions = new Map<Uuid, readonly number[]>();
  for (const owned of [member.assigned, member.pendingRevocation]) {
    for (const [topicId, epochs] of owned)
      partitions.set(topicId, [...(partitions.get(topicId) ?? []), ...epochs.keys()]);
  }
  return partitions;
}

/** Topics that are gone have no name to tell. */
function describeAssignment(topics: TopicsView, assignment: ReadonlyMap<Uuid, readonly number[]>): AssignmentInput {
  const topicPartitions = [];
  for (const [topicId, partitions] of assignment) {
    const topicName = topics.byId(topicId)?.name;
    if (topicName === undefined) continue;
    topicPartitions.push({ topicId, topicName, partitions: [...partitions].sort((a, b) => a - b) });
  }
  return { topicPartitions };
}
