import { changeActive } from '../change-stream.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { Streams } from '../registry/streams.ts';

/** With AUTO, a record without a partition key goes to any shard. */
export function updateStreamRecordDistributionStrategy({
  streams,
}: {
  streams: Streams;
}): KinesisOperations['UpdateStreamRecordDistributionStrategy'] {
  return async (input, context) => {
    await changeActive(streams, input, context, (state) => ({
      ...state,
      distribution: input.RecordDistributionStrategy,
    }));
  };
}
