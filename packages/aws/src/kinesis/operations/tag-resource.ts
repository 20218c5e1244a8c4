import type { KinesisOperations } from '../generated/types.ts';
import { changeQueueTags, isQueueArn } from '../queues/queue-tags.ts';
import type { Queues } from '../queues/queues.ts';
import type { Streams } from '../registry/streams.ts';
import { changeResource, withConsumer } from '../resource.ts';
import { requireTags } from '../tags.ts';

export function tagResource({
  streams,
  queues,
}: {
  streams: Streams;
  queues: Queues;
}): KinesisOperations['TagResource'] {
  return async ({ ResourceARN, Tags }, context) => {
    if (isQueueArn(ResourceARN)) {
      return await changeQueueTags(queues, ResourceARN, (tags) => {
        requireTags(Tags, tags);
        return { ...tags, ...Tags };
      });
    }
    await changeResource(streams, ResourceARN, context, ({ state, consumer }) => {
      const tags = consumer?.tags ?? state.tags;
      requireTags(Tags, tags);
      const all = { ...tags, ...Tags };
      return consumer === undefined ? { ...state, tags: all } : withConsumer(state, { ...consumer, tags: all });
    });
  };
}
