import { ErrorCode } from '@sluice/protocol/generated/errors';
import { ProtocolError, type ShareConsumerError } from './errors.ts';

/** Somebody else leads the partition, or nobody. */
const STALE: ReadonlySet<number> = new Set([
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.FENCED_LEADER_EPOCH,
  ErrorCode.UNKNOWN_LEADER_EPOCH,
  ErrorCode.UNKNOWN_TOPIC_ID,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
]);

export function isStale(errorCode: number): boolean {
  return STALE.has(errorCode);
}

const FATAL: ReadonlySet<number> = new Set([
  ErrorCode.TOPIC_AUTHORIZATION_FAILED,
  ErrorCode.GROUP_AUTHORIZATION_FAILED,
  ErrorCode.INVALID_REQUEST,
]);

/** Of one partition: asking again would change nothing. */
export function isFatalForPartition(error: ShareConsumerError): boolean {
  return error instanceof ProtocolError && FATAL.has(error.apiCode);
}

/** Of a whole request. Brokers answer UNKNOWN_SERVER_ERROR also where they are only about to change. */
export function isFatalForSession(error: ShareConsumerError): boolean {
  const isUnknown = error instanceof ProtocolError && error.apiCode === ErrorCode.UNKNOWN_SERVER_ERROR;
  return !error.canRetry && !isUnknown;
}
