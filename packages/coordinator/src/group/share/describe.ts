import { ErrorCode } from '@sluice/protocol/generated/errors';
import type {
  DescribedGroupInput,
  MemberInput,
} from '@sluice/protocol/generated/messages/share-group-describe-response';
import type { TopicsView } from '../group-environment.ts';
import type { ShareGroup } from './share-group.ts';
import type { ShareGroupMember } from './share-group-member.ts';
import { SIMPLE_ASSIGNOR } from './simple-assignor.ts';

/** For ShareGroupDescribe. */
export function describeShareGroup(topics: TopicsView, group: ShareGroup): DescribedGroupInput {
  return {
    errorCode: ErrorCode.NONE,
    groupId: group.groupId,
    groupState: group.stateName,
    groupEpoch: group.groupEpoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName: SIMPLE_ASSIGNOR,
    members: Array.from(group.members.values(), (member) => describeMember(topics, member)),
  };
}

function describeMember(topics: TopicsView, member: ShareGroupMember): MemberInput {
  const { memberId, rackId, memberEpoch, clientId, clientHost, subscribedTopics, assigned } = member;
  const topicPartitions = [...assigned].flatMap(([topicId, partitions]) => {
    const topic = topics.byId(topicId);
    return topic === undefined ? [] : [{ topicId, topicName: topic.name, partitions }];
  });
  return {
    memberId,
    rackId,
    memberEpoch,
    clientId,
    clientHost,
    subscribedTopicNames: [...subscribedTopics],
    assignment: { topicPartitions },
  };
}

export function undescribedShareGroup(
  groupId: string,
  errorCode: number,
  errorMessage: string | null = null,
): DescribedGroupInput {
  const nothing = { groupState: '', groupEpoch: 0, assignmentEpoch: 0, assignorName: '', members: [] };
  return { errorCode, errorMessage, groupId, ...nothing };
}
