/*
 * DeleteGroups (42), versions 0–2.
 *
 * - Empty groups go with their offsets; each id is taken once.
 * - v2: flexible.
 */
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import { deleteGroupsRequestCodec } from '@sluice/protocol/generated/messages/delete-groups-request';
import { deleteGroupsResponseCodec } from '@sluice/protocol/generated/messages/delete-groups-response';
import { defineApi } from '../define-api.ts';

export function deleteGroupsApi({ groups }: { groups: GroupCoordinator }) {
  return defineApi({
    request: deleteGroupsRequestCodec,
    response: deleteGroupsResponseCodec,
    handle: ({ groupsNames }) => groups.deleteGroups([...new Set(groupsNames)]),
  });
}
