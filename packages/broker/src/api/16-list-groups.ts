/*
 * ListGroups (16), versions 0–5.
 *
 * - There are no groups yet: an empty list, whatever the filters.
 * - v3: flexible. v4: states (KIP-518). v5: types (KIP-848).
 */
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { listGroupsRequestCodec } from '@sluice/protocol/generated/messages/list-groups-request';
import { listGroupsResponseCodec } from '@sluice/protocol/generated/messages/list-groups-response';
import { defineApi } from '../define-api.ts';

export function listGroupsApi() {
  return defineApi({
    request: listGroupsRequestCodec,
    response: listGroupsResponseCodec,
    handle: () => ({ errorCode: ErrorCode.NONE, groups: [] }),
  });
}
