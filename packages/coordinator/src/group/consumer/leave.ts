import type { TimestampMs } from '@sluice/kernel/ids';
import type { ConsumerGroupHeartbeatRequest } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import type { ConsumerGroupHeartbeatResponseInput } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-response';
import type { MemberDecision } from './change-member.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerGroupMember, EPOCH_OF_ABSENT_STATIC_MEMBER } from './consumer-group-member.ts';
import { currentAssignmentRecord } from './consumer-group-records.ts';
import { type ConsumerScope, consumerGroupOf } from './consumer-scope.ts';
import { fenceMembers } from './fence-members.ts';
import { instanceRefusal, unknownMember } from './find-member.ts';
import { groupNotFound } from './group-for-heartbeat.ts';
import { NO_PARTITIONS, withEpochsZeroed } from './owned-partitions.ts';
import { isRefusal, type Refusal } from './refusal.ts';

/** A heartbeat with epoch −1, or −2 from a static member that means to come back within its session. */
export function leave(
  scope: ConsumerScope,
  request: ConsumerGroupHeartbeatRequest,
  now: TimestampMs,
  { records }: MemberDecision,
): ConsumerGroupHeartbeatResponseInput | Refusal {
  const { groupId, memberEpoch } = request;
  const group = consumerGroupOf(scope, groupId);
  if (group === undefined) return groupNotFound(groupId);
  const member = leavingMember(group, request);
  if (isRefusal(member)) return member;
  const isAbsent = memberEpoch === EPOCH_OF_ABSENT_STATIC_MEMBER && member.instanceId !== null;
  if (isAbsent) records.push(currentAssignmentRecord(groupId, absent(member)));
  else records.push(...fenceMembers(scope, group, [member], now));
  return { throttleTimeMs: 0, errorCode: 0, memberId: request.memberId, memberEpoch, heartbeatIntervalMs: 0 };
}

function leavingMember(
  group: ConsumerGroup,
  { memberId, instanceId }: ConsumerGroupHeartbeatRequest,
): ConsumerGroupMember | Refusal {
  if (instanceId === null) return group.members.get(memberId) ?? unknownMember(group.groupId, memberId);
  const current = group.memberOfInstance(instanceId);
  return current?.memberId === memberId ? current : instanceRefusal(current, instanceId, memberId);
}

/** Its partitions stay its own; nobody may commit them in its name meanwhile. */
function absent(member: ConsumerGroupMember): ConsumerGroupMember {
  return {
    ...member,
    memberEpoch: EPOCH_OF_ABSENT_STATIC_MEMBER,
    assigned: withEpochsZeroed(member.assigned),
    pendingRevocation: NO_PARTITIONS,
  };
}
