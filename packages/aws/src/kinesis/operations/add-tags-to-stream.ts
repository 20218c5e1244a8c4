import { changeAny } from '../change-stream.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { Streams } from '../registry/streams.ts';
import { requireTags } from '../tags.ts';

export function addTagsToStream({ streams }: { streams: Streams }): KinesisOperations['AddTagsToStream'] {
  return async (input, context) => {
    await changeAny(streams, input, context, (state) => {
      requireTags(input.Tags, state.tags);
      return { ...state, tags: { ...state.tags, ...input.Tags } };
    });
  };
}
