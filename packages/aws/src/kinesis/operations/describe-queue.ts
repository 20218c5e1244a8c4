import type { KinesisOperations } from '../generated/types.ts';
import { describeQueueOf } from '../queues/describe-queue.ts';
import { requireQueue } from '../queues/find-queue.ts';
import type { Queues } from '../queues/queues.ts';
import type { KinesisSettings } from '../settings.ts';

export interface DescribeQueueNeeds {
  readonly queues: Queues;
  readonly settings: KinesisSettings;
}

export function describeQueue({ queues, settings }: DescribeQueueNeeds): KinesisOperations['DescribeQueue'] {
  return async ({ QueueARN }, context) => {
    const found = await requireQueue(queues, QueueARN);
    return { QueueDescription: describeQueueOf(found, context, settings.statusDelayMs) };
  };
}
