/*
 * CreateAcls (30), versions 1–3.
 *
 * - No authorizer is configured: SECURITY_DISABLED for each.
 * - v2: flexible. v3: user resources (KIP-373).
 */
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { createAclsRequestCodec } from '@sluice/protocol/generated/messages/create-acls-request';
import { createAclsResponseCodec } from '@sluice/protocol/generated/messages/create-acls-response';
import { defineApi } from '../define-api.ts';
import { NO_AUTHORIZER } from '../no-authorizer.ts';

export function createAclsApi() {
  return defineApi({
    request: createAclsRequestCodec,
    response: createAclsResponseCodec,
    handle: ({ creations }) => ({
      throttleTimeMs: 0,
      results: creations.map(() => ({ errorCode: ErrorCode.SECURITY_DISABLED, errorMessage: NO_AUTHORIZER })),
    }),
  });
}
