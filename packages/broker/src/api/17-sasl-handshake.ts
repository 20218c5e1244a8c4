/*
 * SaslHandshake (17), versions 0–1.
 *
 * - A listener without SASL answers ILLEGAL_SASL_STATE and stays open, as Kafka does; not advertised.
 * - v1: the exchange that follows is framed as SaslAuthenticate (KIP-152).
 */
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { saslHandshakeRequestCodec } from '@sluice/protocol/generated/messages/sasl-handshake-request';
import { saslHandshakeResponseCodec } from '@sluice/protocol/generated/messages/sasl-handshake-response';
import { defineApi } from '../define-api.ts';

export function saslHandshakeApi() {
  return defineApi({
    request: saslHandshakeRequestCodec,
    response: saslHandshakeResponseCodec,
    isAdvertised: false,
    handle: () => ({ errorCode: ErrorCode.ILLEGAL_SASL_STATE, mechanisms: [] }),
  });
}
