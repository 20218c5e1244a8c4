/*
 * SyncGroup (14), versions 0–5.
 *
 * - The answer waits for the leader's assignments.
 * - v3: static members (KIP-345). v4: flexible. v5: protocol type and name (KIP-559).
 */

import { syncFailed } from '@sluice/coordinator/group/failed-responses';
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { syncGroupRequestCodec } from '@sluice/protocol/generated/messages/sync-group-request';
import { syncGroupResponseCodec } from '@sluice/protocol/generated/messages/sync-group-response';
import { defineApi } from '../define-api.ts';
import { requestContext } from '../groups/request-context.ts';

const PROTOCOL_FROM = 5;

export function syncGroupApi({ groups }: { groups: GroupCoordinator }) {
  return defineApi({
    request: syncGroupRequestCodec,
    response: syncGroupResponseCodec,
    handle(request, info) {
      const namesProtocol = request.protocolType !== null && request.protocolName !== null;
      if (info.apiVersion >= PROTOCOL_FROM && !namesProtocol) return syncFailed(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
      return groups.sync(request, requestContext(info));
    },
  });
}
