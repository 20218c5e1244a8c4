import type { OperationContext } from '../../front/operation.ts';
import { parseQueueArn } from '../arn.ts';
import { invalidArgument, queueNotFound } from '../errors.ts';
import type { StreamQueue } from './queue-state.ts';
import type { Queues } from './queues.ts';

function idOf(arn: string): string {
  const id = parseQueueArn(arn);
  // An ARN whose end no queue can have names none.
  if (id === undefined) throw queueNotFound(arn);
  return id;
}

/** The queue that a request names, as of now. */
export async function requireQueue(queues: Queues, arn: string): Promise<StreamQueue> {
  const found = await queues.current(idOf(arn));
  if (found === undefined) throw queueNotFound(arn);
  return found;
}

/** The queue whose records a request is about: it is ACTIVE or UPDATING. */
export async function requireServingQueue(
  queues: Queues,
  arn: string,
  { accountId }: Pick<OperationContext, 'accountId'>,
): Promise<StreamQueue> {
  const id = idOf(arn);
  let found = await queues.find(id);
  // What is known may be a second old: another door may have made it meanwhile.
  if (found?.queue.status !== 'ACTIVE') found = await queues.current(id);
  if (found === undefined) throw queueNotFound(arn);
  const { name, status } = found.queue;
  if (status === 'ACTIVE') return found;
  throw invalidArgument(`Queue ${name} under account ${accountId} not ACTIVE, instead in state ${status}`);
}
