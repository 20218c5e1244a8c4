/*
 * LeaveGroup (13), versions 0–5.
 *
 * - One member up to v2, whose error is the answer's; several from v3 on (KIP-345).
 * - v4: flexible. v5: reason (KIP-800).
 */
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { leaveGroupRequestCodec } from '@sluice/protocol/generated/messages/leave-group-request';
import { leaveGroupResponseCodec } from '@sluice/protocol/generated/messages/leave-group-response';
import { defineApi } from '../define-api.ts';
import { requestContext } from '../groups/request-context.ts';

const SEVERAL_FROM = 3;

export function leaveGroupApi({ groups }: { groups: GroupCoordinator }) {
  return defineApi({
    request: leaveGroupRequestCodec,
    response: leaveGroupResponseCodec,
    async handle(request, info) {
      const context = requestContext(info);
      if (info.apiVersion >= SEVERAL_FROM) return groups.leave(request, context);
      const member = { memberId: request.memberId, groupInstanceId: null, reason: null };
      const response = await groups.leave({ ...request, members: [member] }, context);
      if (response.errorCode !== ErrorCode.NONE) return { errorCode: response.errorCode };
      return { errorCode: response.members?.[0]?.errorCode ?? ErrorCode.NONE };
    },
  });
}
