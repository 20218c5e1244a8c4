import { ErrorCode } from '@sluice/protocol/generated/errors';
import { KafkaError } from './kafka-error.ts';

/** What an answer's error code means; an error that passes is thrown, to be tried again. */
export function lastingError(errorCode: number, message: string | null = null): KafkaError | undefined {
  if (errorCode === ErrorCode.NONE) return undefined;
  const error = new KafkaError(errorCode, message);
  if (error.isRetriable) throw error;
  return error;
}
