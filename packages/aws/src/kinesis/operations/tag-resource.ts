import type { KinesisOperations } from '../generated/types.ts';
import type { Streams } from '../registry/streams.ts';
import { changeResource, withConsumer } from '../resource.ts';
import { requireTags } from '../tags.ts';

export function tagResource({ streams }: { streams: Streams }): KinesisOperations['TagResource'] {
  return async ({ ResourceARN, Tags }, context) => {
    await changeResource(streams, ResourceARN, context, ({ state, consumer }) => {
      const tags = consumer?.tags ?? state.tags;
      requireTags(Tags, tags);
      const all = { ...tags, ...Tags };
      return consumer === undefined ? { ...state, tags: all } : withConsumer(state, { ...consumer, tags: all });
    });
  };
}
