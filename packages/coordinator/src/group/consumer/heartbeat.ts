import type { TimestampMs } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ConsumerGroupHeartbeatRequest } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import type {
  AssignmentInput,
  ConsumerGroupHeartbeatResponseInput,
} from '@sluice/protocol/generated/messages/consumer-group-heartbeat-response';
import type { RequestContext } from '../group-environment.ts';
import { changeSubscription, type MemberDecision, moveMember, type SubscriptionChange } from './change-member.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerGroupMember, updateMember } from './consumer-group-member.ts';
import { type ConsumerScope, consumerGroupOf } from './consumer-scope.ts';
import { findMember, unknownMember } from './find-member.ts';
import { groupForHeartbeat, groupNotFound } from './group-for-heartbeat.ts';
import { extendSession } from './member-sessions.ts';
import { hasSamePartitions, type OwnedPartitions, sortedPartitions } from './owned-partitions.ts';
import { isRefusal, type Refusal, refuse } from './refusal.ts';
import { sizeRefusal } from './subscription-size.ts';

/** A heartbeat whose member was created or updated, and has not moved yet. */
export interface BegunHeartbeat {
  readonly request: ConsumerGroupHeartbeatRequest;
  readonly group: ConsumerGroup;
  /** The member before and after it. */
  readonly member: { readonly old: ConsumerGroupMember; readonly updated: ConsumerGroupMember };
  readonly change: SubscriptionChange;
}

/**
 * A member joins, or says that it is there and what it has. The records are the caller's to discard if it is refused. It
 * moves next: at once, or later (`moveLater`) if `isTargetDue`, so that one target is computed for all who come meanwhile.
 */
export function beginHeartbeat(
  scope: ConsumerScope,
  request: ConsumerGroupHeartbeatRequest,
  context: RequestContext,
  now: TimestampMs,
  decision: MemberDecision,
): BegunHeartbeat | Refusal {
  const { groupId, instanceId, memberEpoch, topicPartitions: claimed } = request;
  const isJoining = memberEpoch === 0;
  const group = groupForHeartbeat(scope, groupId, isJoining, decision);
  if (isRefusal(group)) return group;
  const refusal =
    fullRefusal(scope, group, request.memberId) ?? sizeRefusal(request.subscribedTopicNames, group.subscriptions);
  if (refusal !== undefined) return refusal;
  const memberId = request.memberId === '' ? scope.environment.random.uuid() : request.memberId;
  const claim = { memberId, instanceId, isJoining, epoch: memberEpoch, claimed };
  const old = findMember(group, claim, decision.records);
  if (isRefusal(old)) return old;
  const updated = withRequest(old, request, context);
  const change = changeSubscription(scope, group, old, updated, now, decision.records);
  if (isRefusal(change)) return change;
  extendSession(scope, group, memberId, scope.environment.settings.consumer.sessionTimeoutMs(groupId));
  return { request, group, member: { old, updated }, change };
}

/** The member moves towards its target, and is told what to have. */
export function move(
  scope: ConsumerScope,
  { request, group, member, change }: BegunHeartbeat,
  now: TimestampMs,
  { records }: MemberDecision,
  before = member.old,
): ConsumerGroupHeartbeatResponseInput | Refusal {
  const moved = moveMember(scope, group, member, change, request.topicPartitions, now, records);
  if (isRefusal(moved)) return moved;
  return {
    throttleTimeMs: 0,
    errorCode: ErrorCode.NONE,
    memberId: moved.memberId,
    memberEpoch: moved.memberEpoch,
    heartbeatIntervalMs: scope.environment.settings.consumer.heartbeatIntervalMs(group.groupId),
    assignment: isToBeTold(request, before, moved) ? toAssignment(moved.assigned) : null,
  };
}

/** The same in a step of its own, when the records of the first are applied and others may have changed the group. */
export function moveLater(
  scope: ConsumerScope,
  begun: BegunHeartbeat,
  now: TimestampMs,
  decision: MemberDecision,
): ConsumerGroupHeartbeatResponseInput | Refusal {
  const { groupId } = begun.group;
  const { memberId } = begun.member.updated;
  const group = consumerGroupOf(scope, groupId);
  if (group === undefined) return groupNotFound(groupId);
  const current = group.members.get(memberId);
  if (current === undefined) return unknownMember(groupId, memberId);
  const member = { old: current, updated: current };
  const change = { groupEpoch: group.groupEpoch, hasChanged: begun.change.hasChanged };
  return move(scope, { ...begun, group, member, change }, now, decision, begun.member.old);
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
