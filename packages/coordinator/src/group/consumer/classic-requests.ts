import type { TimestampMs } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { HeartbeatRequest } from '@sluice/protocol/generated/messages/heartbeat-request';
import type { LeaveGroupRequest, MemberIdentity } from '@sluice/protocol/generated/messages/leave-group-request';
import type { LeaveGroupResponseInput } from '@sluice/protocol/generated/messages/leave-group-response';
import type { SyncGroupRequest } from '@sluice/protocol/generated/messages/sync-group-request';
import type { SyncGroupResponseInput } from '@sluice/protocol/generated/messages/sync-group-response';
import type { ClassicMemberMetadataInput } from '@sluice/protocol/generated/records/group/consumer-group-member-metadata-value';
import { leavingMembers, leftWith } from '../classic/leaving.ts';
import type { MemberDecision } from './change-member.ts';
import { toClassicAssignment } from './classic-assignment.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupMember } from './consumer-group-member.ts';
import type { ConsumerScope } from './consumer-scope.ts';
import { expireMember, fenceMembers } from './fence-members.ts';
import { instanceRefusal, unknownMember } from './find-member.ts';
import { extendSession } from './member-sessions.ts';
import { joinKey, syncKey } from './member-timers.ts';
import { sortedPartitions } from './owned-partitions.ts';
import { isRefusal, type Refusal, refuse } from './refusal.ts';

/* SyncGroup, Heartbeat and LeaveGroup of the classic members of a consumer group. */

interface ClassicGroupMember extends ConsumerGroupMember {
  readonly classic: ClassicMemberMetadataInput;
}

interface MemberReference {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly generationId: number;
}

/** SyncGroup: whatever the member was given when it joined. */
export function syncAsClassic(
  scope: ConsumerScope,
  group: ConsumerGroup,
  request: SyncGroupRequest,
): SyncGroupResponseInput | Refusal {
  const member = classicMember(group, request);
  if (isRefusal(member)) return member;
  const { protocolType, protocolName } = request;
  const protocol = member.classic.supportedProtocols[0];
  const isConsistent =
    (protocolType === null || protocolType === group.protocolType) &&
    (protocolName === null || protocolName === protocol?.name);
  if (!isConsistent || protocol === undefined) {
    return refuse(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, `Member ${member.memberId} joined with another protocol.`);
  }
  if (group.assignmentEpoch > member.memberEpoch && member.state !== 'unrevoked-partitions') {
    awaitJoin(scope, group, member);
    return refuse(ErrorCode.REBALANCE_IN_PROGRESS, 'The group has moved on.');
  }
  scope.environment.timers.cancel(syncKey(group.groupId, member.memberId));
  extendSession(scope, group, member.memberId, member.classic.sessionTimeoutMs);
  const assigned = [...member.assigned].map(([id, partitions]) => [id, sortedPartitions(partitions)] as const);
  const assignment = toClassicAssignment(scope.environment.topics, assigned, protocol.metadata);
  return { errorCode: ErrorCode.NONE, protocolType, protocolName, assignment };
}

/** Heartbeat: the error code of its answer. A member that could go on is told to join again. */
export function heartbeatAsClassic(scope: ConsumerScope, group: ConsumerGroup, request: HeartbeatRequest): number {
  const member = classicMember(group, request);
  if (isRefusal(member)) return member.errorCode;
  extendSession(scope, group, member.memberId, member.classic.sessionTimeoutMs);
  const mustJoin =
    member.memberEpoch < group.assignmentEpoch ||
    member.state === 'unrevoked-partitions' ||
    (member.state === 'unreleased-partitions' && !awaitsOthers(group, member));
  if (!mustJoin) return ErrorCode.NONE;
  awaitJoin(scope, group, member);
  return ErrorCode.REBALANCE_IN_PROGRESS;
}

/** LeaveGroup, which names members of either protocol. */
export function leaveAsClassic(
  scope: ConsumerScope,
  group: ConsumerGroup,
  request: LeaveGroupRequest,
  apiVersion: number,
  now: TimestampMs,
  { records }: MemberDecision,
): LeaveGroupResponseInput {
  const leaving = new Set<ConsumerGroupMember>();
  const left = leavingMembers(request, apiVersion).map((identity) => {
    const member = leavingMember(group, identity);
    if (!isRefusal(member)) leaving.add(member);
    const { memberId, groupInstanceId } = identity;
    return { memberId, groupInstanceId, errorCode: isRefusal(member) ? member.errorCode : ErrorCode.NONE };
  });
  records.push(...fenceMembers(scope, group, [...leaving], now));
  return leftWith(left, apiVersion);
}

function leavingMember(group: ConsumerGroup, identity: MemberIdentity): ConsumerGroupMember | Refusal {
  const { memberId, groupInstanceId } = identity;
  if (groupInstanceId === null) return group.members.get(memberId) ?? unknownMember(group.groupId, memberId);
  const current = group.memberOfInstance(groupInstanceId);
  const isNamed = current !== undefined && (memberId === '' || memberId === current.memberId);
  return isNamed ? current : instanceRefusal(current, groupInstanceId, memberId);
}

function classicMember(group: ConsumerGroup, reference: MemberReference): ClassicGroupMember | Refusal {
  const { memberId, groupInstanceId, generationId } = reference;
  const member = leavingMember(group, { memberId, groupInstanceId, reason: null });
  if (isRefusal(member)) return member;
  if (groupInstanceId !== null && member.memberId !== memberId)
    return instanceRefusal(member, groupInstanceId, memberId);
  const { classic } = member;
  if (classic === null) return unknownMember(group.groupId, memberId);
  if (generationId !== member.memberEpoch) {
    return refuse(ErrorCode.ILLEGAL_GENERATION, `The member is at ${member.memberEpoch} and not ${generationId}.`);
  }
  return { ...member, classic };
}

/** Whether what it waits for is still with others. */
function awaitsOthers(group: ConsumerGroup, member: ConsumerGroupMember): boolean {
  for (const [topicId, partitions] of group.target(member.memberId)) {
    const assigned = member.assigned.get(topicId);
    for (const partition of partitions) {
      if (assigned?.has(partition) !== true && group.partitionEpochs.isOwned(topicId, partition)) return true;
    }
  }
  return false;
}

/** It was told to join again, and has its rebalance timeout to do so. */
function awaitJoin(scope: ConsumerScope, { groupId }: ConsumerGroup, member: ConsumerGroupMember): void {
  const { timers } = scope.environment;
  const { memberId, rebalanceTimeoutMs } = member;
  const key = joinKey(groupId, memberId);
  if (timers.has(key)) return;
  timers.set(key, rebalanceTimeoutMs, (now) =>
    expireMember(scope, groupId, memberId, 'it did not join again in time', now),
  );
}
