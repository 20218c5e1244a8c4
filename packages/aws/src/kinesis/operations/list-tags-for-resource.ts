import type { KinesisOperations } from '../generated/types.ts';
import type { Streams } from '../registry/streams.ts';
import { requireResource } from '../resource.ts';

export function listTagsForResource({ streams }: { streams: Streams }): KinesisOperations['ListTagsForResource'] {
  return async ({ ResourceARN }, context) => {
    const { state, consumer } = await requireResource(streams, ResourceARN, context);
    const tags = consumer?.tags ?? state.tags;
    return {
      Tags: Object.keys(tags)
        .sort()
        .map((Key) => ({ Key, Value: tags[Key] ?? '' })),
    };
  };
}
