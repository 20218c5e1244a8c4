import type { KinesisOperations } from '../generated/types.ts';
import { changeQueueTags, isQueueArn } from '../queues/queue-tags.ts';
import type { Queues } from '../queues/queues.ts';
import type { Streams } from '../registry/streams.ts';
import { changeResource, withConsumer } from '../resource.ts';
import { requireTagKeys, withoutTags } from '../tags.ts';

export function untagResource({
  streams,
  queues,
}: {
  streams: Streams;
  queues: Queues;
}): KinesisOperations['UntagResource'] {
  return async ({ ResourceARN, TagKeys }, context) => {
    requireTagKeys(TagKeys);
    if (isQueueArn(ResourceARN)) {
      return await changeQueueTags(queues, ResourceARN, (tags) => withoutTags(tags, TagKeys));
    }
    await changeResource(streams, ResourceARN, context, ({ state, consumer }) => {
      const left = withoutTags(consumer?.tags ?? state.tags, TagKeys);
      return consumer === undefined ? { ...state, tags: left } : withConsumer(state, { ...consumer, tags: left });
    });
  };
}
