import { ErrorCode } from '@sluice/protocol/generated/errors';
import { ClientError } from '../client-error.ts';
import { KafkaError } from '../kafka-error.ts';
import { NetworkError, ProtocolError, ShareConsumerError, UnsupportedApiError, UserError } from './errors.ts';

/** What the layers below throw, as the consumer's users see it. */
export function toConsumerError(error: unknown): ShareConsumerError {
  if (error instanceof ShareConsumerError) return error;
  if (error instanceof KafkaError) return fromKafka(error);
  if (error instanceof ClientError) {
    return error.tag === 'unsupported'
      ? new UnsupportedApiError(error.message, { cause: error })
      : new NetworkError(error.message, { cause: error });
  }
  return new UserError(error instanceof Error ? error.message : String(error), { cause: error });
}

export function protocolError(code: number, brokerMessage: string | null): ShareConsumerError {
  return fromKafka(new KafkaError(code, brokerMessage));
}

function fromKafka(error: KafkaError): ShareConsumerError {
  if (error.code === ErrorCode.UNSUPPORTED_VERSION) {
    return new UnsupportedApiError(`The cluster has no share groups: ${error.message}`, { cause: error });
  }
  const { codeName: apiId, code: apiCode, isRetriable: canRetry } = error;
  return new ProtocolError(error.message, { apiId, apiCode, canRetry, cause: error });
}
