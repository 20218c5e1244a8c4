import type { TimestampMs } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ConsumerGroupHeartbeatRequest } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import type {
  AssignmentInput,
  ConsumerGroupHeartbeatResponseInput,
} from '@sluice/protocol/generated/messages/consumer-group-heartbeat-response';
import type { RequestContext } from '../group-environment.ts';
import { changeMember, type MemberDecision } from './change-member.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerGroupMember, updateMember } from './consumer-group-member.ts';
import type { ConsumerScope } from './consumer-scope.ts';
import { findMember } from './find-member.ts';
import { groupForHeartbeat } from './group-for-heartbeat.ts';
import { extendSession } from './member-sessions.ts';
import { hasSamePartitions, type OwnedPartitions, sortedPartitions } from './owned-partitions.ts';
import { isRefusal, type Refusal, refuse } from './refusal.ts';
import { sizeRefusal } from './subscription-size.ts';

/**
 * A member joins, or says that it is there and what it has; it is told what to have. The records are the caller's to
 * discard if it is refused.
 */
export function heartbeat(
  scope: ConsumerScope,
  request: ConsumerGroupHeartbeatRequest,
  context: RequestContext,
  now: TimestampMs,
  decision: MemberDecision,
): ConsumerGroupHeartbeatResponseInput | Refusal {
  const { groupId, instanceId, memberEpoch, topicPartitions: claimed } = request;
  const isJoining = memberEpoch === 0;
  const group = groupForHeartbeat(scope, groupId, isJoining, now, decision);
  if (isRefusal(group)) return group;
  const refusal =
    fullRefusal(scope, group, request.memberId) ?? sizeRefusal(request.subscribedTopicNames, group.subscriptions);
  if (refusal !== undefined) return refusal;
  const memberId = request.memberId === '' ? scope.environment.random.uuid() : request.memberId;
  const claim = { memberId, instanceId, isJoining, epoch: memberEpoch, claimed };
  const member = findMember(group, claim, decision.records);
  if (isRefusal(member)) return member;
  const updated = changeMember(scope, group, member, withRequest(member, request, context), claimed, now, decision);
  if (isRefusal(updated)) return updated;
  extendSession(scope, group, memberId, scope.environment.settings.consumer.sessionTimeoutMs(groupId));
  return {
    throttleTimeMs: 0,
    errorCode: ErrorCode.NONE,
    memberId,
    memberEpoch: updated.memberEpoch,
    heartbeatIntervalMs: scope.environment.settings.consumer.heartbeatIntervalMs(groupId),
    assignment: isToBeTold(request, member, updated) ? toAssignment(updated.assigned) : null,
  };
}

export function fullRefusal(scope: ConsumerScope, group: ConsumerGroup, memberId: string): Refusal | undefined {
  const { groupSizeMax } = scope.environment.settings.consumer;
  if (group.members.size < groupSizeMax || (memberId !== '' && group.members.has(memberId))) return undefined;
  return refuse(ErrorCode.GROUP_MAX_SIZE_REACHED, `The group may have no more than ${groupSizeMax} members.`);
}

function withRequest(
  member: ConsumerGroupMember,
  request: ConsumerGroupHeartbeatRequest,
  context: RequestContext,
): ConsumerGroupMember {
  return updateMember(member, {
    instanceId: request.instanceId ?? undefined,
    rackId: request.rackId ?? undefined,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs === -1 ? undefined : request.rebalanceTimeoutMs,
    serverAssignor: request.serverAssignor ?? undefined,
    subscribedTopics: request.subscribedTopicNames ?? undefined,
    subscribedRegex: request.subscribedTopicRegex ?? undefined,
    clientId: context.clientId,
    clientHost: context.clientHost,
    classic: null,
  });
}

/** A request that says everything may come from somebody who lost the last answer. */
function isToBeTold(
  request: ConsumerGroupHeartbeatRequest,
  member: ConsumerGroupMember,
  updated: ConsumerGroupMember,
): boolean {
  if (request.memberEpoch === 0) return true;
  const hasSubscription = request.subscribedTopicNames !== null || request.subscribedTopicRegex !== null;
  const isFull = request.rebalanceTimeoutMs !== -1 && hasSubscription && request.topicPartitions !== null;
  return isFull || !hasSamePartitions(member.assigned, updated.assigned);
}

function toAssignment(assigned: OwnedPartitions): AssignmentInput {
  return {
    topicPartitions: [...assigned].map(([topicId, partitions]) => ({
      topicId,
      partitions: sortedPartitions(partitions),
    })),
  };
}
