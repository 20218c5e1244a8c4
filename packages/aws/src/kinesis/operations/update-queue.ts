import type { Clock } from '@sluice/kernel/clock';
import { queueNotActive, queueNotFound } from '../errors.ts';
import type { KinesisOperations } from '../generated/types.ts';
import { describeQueueOf } from '../queues/describe-queue.ts';
import { requireQueue } from '../queues/find-queue.ts';
import { withAttributes } from '../queues/queue-attributes.ts';
import type { Queues } from '../queues/queues.ts';
import type { KinesisSettings } from '../settings.ts';

export interface UpdateQueueNeeds {
  readonly clock: Clock;
  readonly queues: Queues;
  readonly settings: KinesisSettings;
}

/** Records in flight keep the visibility timeout that they were received with. */
export function updateQueue({ clock, queues, settings }: UpdateQueueNeeds): KinesisOperations['UpdateQueue'] {
  return async ({ QueueARN, QueueAttributes }, context) => {
    const found = await requireQueue(queues, QueueARN);
    const changed = await queues.change(found, (queue) => {
      if (queue.status !== 'ACTIVE') throw queueNotActive(queue.name, queue.status, context);
      return { ...queue, ...withAttributes(queue, QueueAttributes), updatedAtMs: clock.now() };
    });
    if (changed === undefined) throw queueNotFound(QueueARN);
    return { QueueDescription: describeQueueOf(changed, { ...context, now: clock.now() }, settings.statusDelayMs) };
  };
}
