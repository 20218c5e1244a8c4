import type { Clock } from '@sluice/kernel/clock';
import { queueNotFound } from '../errors.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { CarryOnQueues } from '../queues/carry-on-queues.ts';
import { requireChangeRoom } from '../queues/create-queue-state.ts';
import { requireQueue } from '../queues/find-queue.ts';
import type { Queues } from '../queues/queues.ts';
import type { Registry } from '../registry/registry.ts';

export interface DeleteQueueNeeds {
  readonly clock: Clock;
  readonly registry: Registry;
  readonly queues: Queues;
  readonly carryOnQueues: CarryOnQueues;
}

/** The stream and its records stay as they are. */
export function deleteQueue(needs: DeleteQueueNeeds): KinesisOperations['DeleteQueue'] {
  const { clock, registry, queues, carryOnQueues } = needs;
  return async ({ QueueARN }) => {
    const found = await requireQueue(queues, QueueARN);
    const deleted = await queues.change(found, (queue) => {
      if (queue.status === 'DELETING') return undefined;
      requireChangeRoom(queues.known().filter((each) => each.queue.id !== queue.id));
      return { ...queue, status: 'DELETING', sinceMs: clock.now(), by: registry.door };
    });
    if (deleted === undefined) throw queueNotFound(QueueARN);
    carryOnQueues.wake();
  };
}
