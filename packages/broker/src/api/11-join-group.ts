/*
 * JoinGroup (11), versions 0–9.
 *
 * - The answer waits until the group's members are all there, or the rebalance's time is over.
 * - v1: rebalance timeout. v4: a member id is required first (KIP-394). v5: static members (KIP-345). v6: flexible.
 *   v7: protocol type. v8: reason (KIP-800). v9: skipAssignment (KIP-814).
 */
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import { joinGroupRequestCodec } from '@sluice/protocol/generated/messages/join-group-request';
import { joinGroupResponseCodec } from '@sluice/protocol/generated/messages/join-group-response';
import { defineApi } from '../define-api.ts';
import { requestContext } from '../groups/request-context.ts';

export function joinGroupApi({ groups }: { groups: GroupCoordinator }) {
  return defineApi({
    request: joinGroupRequestCodec,
    response: joinGroupResponseCodec,
    handle: (request, info) => groups.join(request, requestContext(info)),
  });
}
