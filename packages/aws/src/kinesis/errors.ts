import { AwsError } from '../front/aws-error.ts';
import type { OperationContext } from '../front/operation.ts';
import type { KinesisErrorType } from './generated/types.ts';
import type { StreamState } from './registry/stream-state.ts';

type Account = Pick<OperationContext, 'accountId'>;

const error = (type: KinesisErrorType, message: string) => new AwsError(type, message);

export const invalidArgument = (message: string) => error('InvalidArgumentException', message);
export const limitExceeded = (message: string) => error('LimitExceededException', message);
export const resourceInUse = (message: string) => error('ResourceInUseException', message);
export const resourceNotFound = (message: string) => error('ResourceNotFoundException', message);
export const validationFailed = (message: string) => error('ValidationException', message);
export const internalFailure = (message: string) => error('InternalFailureException', message);
export const expiredIterator = (message: string) => error('ExpiredIteratorException', message);
export const expiredNextToken = () => error('ExpiredNextTokenException', 'The pagination token is expired.');
export const throughputExceeded = (message: string) => error('ProvisionedThroughputExceededException', message);
export const throttled = (message: string) => error('ThrottlingException', message);
/** What a dry run is answered when all would be well. */
export const dryRun = () => error('DryRunOperationException', 'Request would have succeeded, but DryRun flag is set.');

export function streamNotFound(name: string, { accountId }: Account): AwsError {
  return resourceNotFound(`Stream ${name} under account ${accountId} not found.`);
}

export function streamNotActive(
  { name, status }: Pick<StreamState, 'name' | 'status'>,
  { accountId }: Account,
): AwsError {
  return resourceInUse(`Stream ${name} under account ${accountId} not ACTIVE, instead in state ${status}`);
}

export function shardNotFound(shardId: string, name: string, { accountId }: Account): AwsError {
  return resourceNotFound(`Could not find shard ${shardId} in stream ${name} under account ${accountId}.`);
}

export function shardDoesNotExist(shardId: string, name: string, { accountId }: Account): AwsError {
  return resourceNotFound(`Shard ${shardId} in stream ${name} under account ${accountId} does not exist`);
}

export function queueNotFound(arn: string): AwsError {
  return resourceNotFound(`Queue ${arn} not found.`);
}

export function queueNotActive(name: string, status: string, { accountId }: Account): AwsError {
  return resourceInUse(`Queue ${name} under account ${accountId} not ACTIVE, instead in state ${status}`);
}
