/*
 * Heartbeat (12), versions 0–4.
 *
 * - v3: static members (KIP-345). v4: flexible.
 */
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import { heartbeatRequestCodec } from '@sluice/protocol/generated/messages/heartbeat-request';
import { heartbeatResponseCodec } from '@sluice/protocol/generated/messages/heartbeat-response';
import { defineApi } from '../define-api.ts';
import { requestContext } from '../groups/request-context.ts';

export function heartbeatApi({ groups }: { groups: GroupCoordinator }) {
  return defineApi({
    request: heartbeatRequestCodec,
    response: heartbeatResponseCodec,
    handle: (request, info) => groups.heartbeat(request, requestContext(info)),
  });
}
