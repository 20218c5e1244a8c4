import { changeAny } from '../change-stream.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { Streams } from '../registry/streams.ts';
import { requireTagKeys, withoutTags } from '../tags.ts';

export function removeTagsFromStream({ streams }: { streams: Streams }): KinesisOperations['RemoveTagsFromStream'] {
  return async (input, context) => {
    requireTagKeys(input.TagKeys);
    await changeAny(streams, input, context, (state) => ({ ...state, tags: withoutTags(state.tags, input.TagKeys) }));
  };
}
