/*
 * ListGroups (16), versions 0–5.
 *
 * - The groups whose coordinator this broker is; COORDINATOR_LOAD_IN_PROGRESS while it still loads some.
 * - v3: flexible. v4: states (KIP-518). v5: types (KIP-848).
 */
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import { listGroupsRequestCodec } from '@sluice/protocol/generated/messages/list-groups-request';
import { listGroupsResponseCodec } from '@sluice/protocol/generated/messages/list-groups-response';
import { defineApi } from '../define-api.ts';

export function listGroupsApi({ groups }: { groups: GroupCoordinator }) {
  return defineApi({
    request: listGroupsRequestCodec,
    response: listGroupsResponseCodec,
    handle: (request) => groups.listGroups(request),
  });
}
