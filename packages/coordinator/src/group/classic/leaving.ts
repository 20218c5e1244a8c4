import type { LeaveGroupRequest, MemberIdentity } from '@sluice/protocol/generated/messages/leave-group-request';
import type {
  LeaveGroupResponseInput,
  MemberResponseInput,
} from '@sluice/protocol/generated/messages/leave-group-response';

/** The first version that names several members. */
const BATCH_VERSION = 3;

/** Who is to leave, in the same form for all versions. */
export function leavingMembers(request: LeaveGroupRequest, apiVersion: number): readonly MemberIdentity[] {
  if (apiVersion >= BATCH_VERSION) return request.members;
  return [{ memberId: request.memberId, groupInstanceId: null, reason: null }];
}

/** The answer, in the form of the version: an old one has room for one error. */
export function leftWith(members: readonly MemberResponseInput[], apiVersion: number): LeaveGroupResponseInput {
  if (apiVersion >= BATCH_VERSION) return { errorCode: 0, members };
  return { errorCode: members[0]?.errorCode ?? 0 };
}
