import type { KinesisOperations } from '../generated/types.ts';
import type { Streams } from '../registry/streams.ts';
import { changeResource, withConsumer } from '../resource.ts';
import { requireTagKeys, withoutTags } from '../tags.ts';

export function untagResource({ streams }: { streams: Streams }): KinesisOperations['UntagResource'] {
  return async ({ ResourceARN, TagKeys }, context) => {
    requireTagKeys(TagKeys);
    await changeResource(streams, ResourceARN, context, ({ state, consumer }) => {
      const left = withoutTags(consumer?.tags ?? state.tags, TagKeys);
      return consumer === undefined ? { ...state, tags: left } : withConsumer(state, { ...consumer, tags: left });
    });
  };
}
