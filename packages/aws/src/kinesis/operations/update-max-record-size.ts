import { changeActive } from '../change-stream.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { Streams } from '../registry/streams.ts';

export function updateMaxRecordSize({ streams }: { streams: Streams }): KinesisOperations['UpdateMaxRecordSize'] {
  return async (input, context) => {
    await changeActive(streams, input, context, (state) => ({
      ...state,
      maxRecordSizeKiB: input.MaxRecordSizeInKiB,
    }));
  };
}
