import { requireStream } from '../find-stream.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { Streams } from '../registry/streams.ts';
import { TAGS_MAX } from '../tags.ts';

export function listTagsForStream({ streams }: { streams: Streams }): KinesisOperations['ListTagsForStream'] {
  return async (input, context) => {
    const { tags } = await requireStream(streams, input, context);
    const { Limit = TAGS_MAX, ExclusiveStartTagKey = '' } = input;
    const keys = Object.keys(tags)
      .sort()
      .filter((key) => key > ExclusiveStartTagKey);
    return {
      Tags: keys.slice(0, Limit).map((Key) => ({ Key, Value: tags[Key] ?? '' })),
      HasMoreTags: keys.length > Limit,
    };
  };
}
