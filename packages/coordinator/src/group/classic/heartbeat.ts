import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { HeartbeatRequest } from '@sluice/protocol/generated/messages/heartbeat-request';
import { type ClassicScope, classicGroupOf } from './classic-scope.ts';

/** Heartbeat: the error code of its answer. A member of the generation is alive, whatever the group is busy with. */
export function heartbeat(scope: ClassicScope, request: HeartbeatRequest): number {
  const group = classicGroupOf(scope, request.groupId);
  if (group === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
  const errorCode = group.memberError(request.memberId, request.groupInstanceId);
  if (errorCode !== ErrorCode.NONE) return errorCode;
  if (request.generationId !== group.generation) return ErrorCode.ILLEGAL_GENERATION;
  const member = group.members.get(request.memberId);
  member?.session.extend(member.sessionTimeoutMs);
  return group.state === 'PreparingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
}
