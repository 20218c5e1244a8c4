import { parseQueueArn } from '../arn.ts';
import { queueNotFound } from '../errors.ts';
import { requireQueue } from './find-queue.ts';
import type { Queues } from './queues.ts';

type Tags = Readonly<Record<string, string>>;

export const isQueueArn = (arn: string): boolean => parseQueueArn(arn) !== undefined;

export async function tagsOfQueue(queues: Queues, arn: string): Promise<Tags> {
  return (await requireQueue(queues, arn)).queue.tags;
}

export async function changeQueueTags(queues: Queues, arn: string, change: (tags: Tags) => Tags): Promise<void> {
  const found = await requireQueue(queues, arn);
  const changed = await queues.change(found, (queue) => ({ ...queue, tags: change(queue.tags) }));
  if (changed === undefined) throw queueNotFound(arn);
}
