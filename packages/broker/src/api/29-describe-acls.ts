/*
 * DescribeAcls (29), versions 1–3.
 *
 * - No authorizer is configured: SECURITY_DISABLED.
 * - v2: flexible. v3: user resources (KIP-373).
 */
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { describeAclsRequestCodec } from '@sluice/protocol/generated/messages/describe-acls-request';
import { describeAclsResponseCodec } from '@sluice/protocol/generated/messages/describe-acls-response';
import { defineApi } from '../define-api.ts';
import { NO_AUTHORIZER } from '../no-authorizer.ts';

export function describeAclsApi() {
  return defineApi({
    request: describeAclsRequestCodec,
    response: describeAclsResponseCodec,
    handle: () => ({
      throttleTimeMs: 0,
      errorCode: ErrorCode.SECURITY_DISABLED,
      errorMessage: NO_AUTHORIZER,
      resources: [],
    }),
  });
}
