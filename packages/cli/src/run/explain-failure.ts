import { ClientError } from '@sluice/client/client-error';
import { KafkaError } from '@sluice/client/kafka-error';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { CliFailure, type ExitReason } from '../failure.ts';

/** What a client's failure means to the user, and what to do. Other errors are bugs and stay as they are. */
export function explainFailure(error: unknown): unknown {
  if (error instanceof ClientError) return explainClientError(error);
  if (error instanceof KafkaError)
    return new CliFailure(reasonOf(error), error.message, hintOf(error), { cause: error });
  return error;
}

/** The failure that an error code about one thing stands for. */
export function refusal(what: string, error: KafkaError, hint: string | undefined = hintOf(error)): CliFailure {
  return new CliFailure(reasonOf(error), `${what} ${inWords(error)} (${error.codeName})`, hint, { cause: error });
}

/** For `catch`: an error code about one thing becomes its failure, anything else stays what it is. */
export function refusedAs(what: string): (error: unknown) => never {
  return (error) => {
    throw error instanceof KafkaError ? refusal(what, error) : error;
  };
}

export function noPartition(topic: string, partition: number, partitionCount: number): CliFailure {
  const range = partitionCount === 1 ? 'only partition 0' : `partitions 0 to ${partitionCount - 1}`;
  return new CliFailure('not-found', `topic ${topic} has no partition ${partition}`, `it has ${range}`);
}

/** How a sentence goes on that starts with what the error is about. */
export function inWords({ code, brokerMessage, codeName }: KafkaError): string {
  switch (code) {
    case ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
    case ErrorCode.UNKNOWN_TOPIC_ID:
    case ErrorCode.TRANSACTIONAL_ID_NOT_FOUND:
      return 'does not exist';
    case ErrorCode.GROUP_ID_NOT_FOUND:
      // Of share and streams groups the broker says here that they are of another type.
      return brokerMessage?.includes('is not a') ? 'is neither a classic nor a consumer group' : 'does not exist';
    case ErrorCode.NON_EMPTY_GROUP:
    case ErrorCode.UNKNOWN_MEMBER_ID:
    case ErrorCode.STALE_MEMBER_EPOCH:
      return 'has members';
    case ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC:
      return 'is read by members of the group';
    case ErrorCode.TOPIC_ALREADY_EXISTS:
      return 'is already there';
    case ErrorCode.LEADER_NOT_AVAILABLE:
      return 'has a partition without a leader';
    default:
      return `was refused: ${brokerMessage?.replace(/\.$/, '') ?? wordsOfName(codeName)}`;
  }
}

/** `INVALID_RECORD` reads as "invalid record". */
function wordsOfName(codeName: string): string {
  return codeName.toLowerCase().replaceAll('_', ' ');
}

function explainClientError(cause: ClientError): CliFailure {
  switch (cause.tag) {
    case 'refused':
      return new CliFailure(
        'unreachable',
        `nothing listens on ${cause.address}: is the broker running?`,
        'start one with `sluice start`, or name another with --bootstrap',
        { cause },
      );
    case 'unreachable':
    case 'no-such-address':
      return new CliFailure('unreachable', cause.message, 'check --bootstrap', { cause });
    case 'timeout':
      return new CliFailure('unreachable', cause.message, 'try again, or wait longer with --timeout', { cause });
    case 'closed':
      return new CliFailure('unreachable', cause.message, 'it may be stopping, or expect TLS or a login on this port', {
        cause,
      });
    case 'not-kafka':
      return new CliFailure('failed', cause.message, 'name the port of a Kafka listener with --bootstrap', { cause });
    case 'unsupported':
      return new CliFailure('failed', cause.message, 'this needs another broker version', { cause });
  }
}

function reasonOf({ code }: KafkaError): ExitReason {
  switch (code) {
    case ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
    case ErrorCode.UNKNOWN_TOPIC_ID:
    case ErrorCode.GROUP_ID_NOT_FOUND:
    case ErrorCode.TRANSACTIONAL_ID_NOT_FOUND:
      return 'not-found';
    case ErrorCode.TOPIC_ALREADY_EXISTS:
      return 'exists';
    case ErrorCode.REQUEST_TIMED_OUT:
    case ErrorCode.LEADER_NOT_AVAILABLE:
    case ErrorCode.BROKER_NOT_AVAILABLE:
    case ErrorCode.COORDINATOR_NOT_AVAILABLE:
    case ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
    case ErrorCode.NOT_COORDINATOR:
      return 'unreachable';
    default:
      return 'failed';
  }
}

function hintOf({ code }: KafkaError): string | undefined {
  switch (code) {
    case ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
      return '`sluice topic list` shows what there is';
    case ErrorCode.GROUP_ID_NOT_FOUND:
      return '`sluice group list` shows what there is';
    case ErrorCode.TRANSACTIONAL_ID_NOT_FOUND:
      return '`sluice transaction list` shows what there is';
    case ErrorCode.NON_EMPTY_GROUP:
    case ErrorCode.UNKNOWN_MEMBER_ID:
    case ErrorCode.STALE_MEMBER_EPOCH:
    case ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC:
      return 'stop them first; `sluice group members` shows them';
    case ErrorCode.INVALID_CONFIG:
      return '`sluice config describe … --all` shows what there is to set';
    case ErrorCode.COORDINATOR_NOT_AVAILABLE:
    case ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
    case ErrorCode.NOT_COORDINATOR:
      return 'the coordinator is not ready; try again, or wait longer with --timeout';
    case ErrorCode.TOPIC_ALREADY_EXISTS:
      return 'use --if-not-exists to accept that';
    case ErrorCode.LEADER_NOT_AVAILABLE:
      return 'a partition has no leader now; try again, or see `sluice topic describe`';
    case ErrorCode.TOPIC_AUTHORIZATION_FAILED:
    case ErrorCode.GROUP_AUTHORIZATION_FAILED:
    case ErrorCode.CLUSTER_AUTHORIZATION_FAILED:
      return 'ask whoever runs the cluster for the permission';
    case ErrorCode.MESSAGE_TOO_LARGE:
    case ErrorCode.RECORD_LIST_TOO_LARGE:
      return "a record is larger than the topic's max.message.bytes";
    case ErrorCode.NOT_ENOUGH_REPLICAS:
    case ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND:
      return "fewer replicas are in sync than the topic's min.insync.replicas asks for";
    default:
      return undefined;
  }
}

/** One failure that tells of all; nothing happens when there is none. */
export function throwFailures(failures: readonly CliFailure[]): void {
  const [first, ...others] = failures;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  const message = failures.map((failure) => failure.message).join('; ');
  const hint = others.every((failure) => failure.hint === first.hint) ? first.hint : undefined;
  throw new CliFailure(first.reason, message, hint, { cause: first });
}
