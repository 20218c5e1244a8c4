import type { KinesisOperations } from '../generated/types.ts';
import { isQueueArn, tagsOfQueue } from '../queues/queue-tags.ts';
import type { Queues } from '../queues/queues.ts';
import type { Streams } from '../registry/streams.ts';
import { type Resource, requireResource } from '../resource.ts';

export function listTagsForResource({
  streams,
  queues,
}: {
  streams: Streams;
  queues: Queues;
}): KinesisOperations['ListTagsForResource'] {
  return async ({ ResourceARN }, context) => {
    const tags = isQueueArn(ResourceARN)
      ? await tagsOfQueue(queues, ResourceARN)
      : tagsOf(await requireResource(streams, ResourceARN, context));
    return {
      Tags: Object.keys(tags)
        .sort()
        .map((Key) => ({ Key, Value: tags[Key] ?? '' })),
    };
  };
}

const tagsOf = ({ state, consumer }: Resource) => consumer?.tags ?? state.tags;
