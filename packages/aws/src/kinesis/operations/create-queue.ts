import type { Clock } from '@sluice/kernel/clock';
import type { Random } from '@sluice/kernel/random';
import { internalFailure, streamNotFound } from '../errors.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { CarryOnQueues } from '../queues/carry-on-queues.ts';
import { readCreateQueue, requireQueueRoom } from '../queues/create-queue-state.ts';
import { describeQueueOf } from '../queues/describe-queue.ts';
import { queuesOf } from '../queues/queue-state.ts';
import type { Queues } from '../queues/queues.ts';
import type { Registry } from '../registry/registry.ts';
import type { Streams } from '../registry/streams.ts';
import type { KinesisSettings } from '../settings.ts';

const ID_SIZE_BYTES = 16;

export interface CreateQueueNeeds {
  readonly clock: Clock;
  readonly random: Random;
  readonly registry: Registry;
  readonly streams: Streams;
  readonly queues: Queues;
  readonly carryOnQueues: CarryOnQueues;
  readonly settings: KinesisSettings;
}

export function createQueue(needs: CreateQueueNeeds): KinesisOperations['CreateQueue'] {
  const { clock, random, registry, streams, queues, carryOnQueues, settings } = needs;
  return async (input, context) => {
    const { stream: name, queue: asked } = readCreateQueue(input, context);
    const id = random.bytes(ID_SIZE_BYTES).toString('hex');
    await streams.current(name);
    const stream = await streams.change(name, (current) => {
      if (current === undefined) throw streamNotFound(name, context);
      requireQueueRoom(current, asked.name, queues.known(), context);
      const now = clock.now();
      const queue = { ...asked, id, createdAtMs: now, status: 'CREATING' as const, sinceMs: now, by: registry.door };
      return { ...current, queues: [...queuesOf(current), { ...queue, updatedAtMs: now }] };
    });
    const queue = stream === undefined ? undefined : queuesOf(stream).find((each) => each.id === id);
    if (stream === undefined || queue === undefined) throw internalFailure('The queue was deleted at once.');
    carryOnQueues.wake();
    return { QueueDescription: describeQueueOf({ stream, queue }, context, settings.statusDelayMs) };
  };
}
