import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { LeaveGroupRequest, MemberIdentity } from '@sluice/protocol/generated/messages/leave-group-request';
import type { LeaveGroupResponseInput } from '@sluice/protocol/generated/messages/leave-group-response';
import type { ClassicGroup } from './classic-group.ts';
import { type ClassicScope, classicGroupOf } from './classic-scope.ts';
import type { Decision } from './decision.ts';
import { leavingMembers, leftWith } from './leaving.ts';
import { rebalance, removeMember } from './rebalance.ts';

/** LeaveGroup: of one member, or (since v3, KIP-345) of several, which an admin may name by their instance ids. */
export function leave(
  scope: ClassicScope,
  request: LeaveGroupRequest,
  apiVersion: number,
  decision: Decision,
): LeaveGroupResponseInput {
  const group = classicGroupOf(scope, request.groupId);
  const left = leavingMembers(request, apiVersion).map((identity) => ({
    memberId: identity.memberId,
    groupInstanceId: identity.groupInstanceId,
    errorCode: group === undefined ? ErrorCode.UNKNOWN_MEMBER_ID : leaveOne(group, identity, decision),
  }));
  const hasAnybodyLeft = left.some(({ errorCode }) => errorCode === ErrorCode.NONE);
  if (group !== undefined && hasAnybodyLeft && !group.isEmpty) {
    const reason = leavingMembers(request, apiVersion)[0]?.reason ?? 'not provided';
    rebalance(scope, group, `members leave; client reason: ${reason}`, decision);
  }
  return leftWith(left, apiVersion);
}

function leaveOne(group: ClassicGroup, { memberId, groupInstanceId }: MemberIdentity, decision: Decision): number {
  if (group.pendingMembers.has(memberId)) {
    group.remove(memberId);
    return ErrorCode.NONE;
  }
  const isNamedByInstance = memberId === '' && groupInstanceId !== null;
  const leavingId = isNamedByInstance ? group.memberIdOfInstance(groupInstanceId) : memberId;
  if (leavingId === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
  const errorCode = group.memberError(leavingId, groupInstanceId);
  const member = group.members.get(leavingId);
  if (member !== undefined && errorCode === ErrorCode.NONE) removeMember(group, member, decision);
  return errorCode;
}
