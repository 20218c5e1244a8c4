/*
 * SaslAuthenticate (36), versions 0–2.
 *
 * - A listener without SASL answers ILLEGAL_SASL_STATE and stays open, as Kafka does; not advertised.
 * - v1: session lifetime (KIP-368). v2: flexible.
 */
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { saslAuthenticateRequestCodec } from '@sluice/protocol/generated/messages/sasl-authenticate-request';
import { saslAuthenticateResponseCodec } from '@sluice/protocol/generated/messages/sasl-authenticate-response';
import { defineApi } from '../define-api.ts';

const NO_BYTES = Buffer.alloc(0);

export function saslAuthenticateApi() {
  return defineApi({
    request: saslAuthenticateRequestCodec,
    response: saslAuthenticateResponseCodec,
    isAdvertised: false,
    handle: () => ({
      errorCode: ErrorCode.ILLEGAL_SASL_STATE,
      errorMessage: 'This listener does not use SASL.',
      authBytes: NO_BYTES,
    }),
  });
}
