/*
 * DeleteAcls (31), versions 1–3.
 *
 * - No authorizer is configured: SECURITY_DISABLED for each filter.
 * - v2: flexible. v3: user resources (KIP-373).
 */
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { deleteAclsRequestCodec } from '@sluice/protocol/generated/messages/delete-acls-request';
import { deleteAclsResponseCodec } from '@sluice/protocol/generated/messages/delete-acls-response';
import { defineApi } from '../define-api.ts';
import { NO_AUTHORIZER } from '../no-authorizer.ts';

export function deleteAclsApi() {
  return defineApi({
    request: deleteAclsRequestCodec,
    response: deleteAclsResponseCodec,
    handle: ({ filters }) => ({
      throttleTimeMs: 0,
      filterResults: filters.map(() => ({
        errorCode: ErrorCode.SECURITY_DISABLED,
        errorMessage: NO_AUTHORIZER,
        matchingAcls: [],
      })),
    }),
  });
}
