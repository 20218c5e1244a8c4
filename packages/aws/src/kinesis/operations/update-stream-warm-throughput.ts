import { streamArn } from '../arn.ts';
import { changeActive } from '../change-stream.ts';
import { invalidArgument } from '../errors.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { Streams } from '../registry/streams.ts';
import { describeWarmThroughput } from '../warm-throughput.ts';

export function updateStreamWarmThroughput({
  streams,
}: {
  streams: Streams;
}): KinesisOperations['UpdateStreamWarmThroughput'] {
  return async (input, context) => {
    const changed = await changeActive(streams, input, context, (state) => {
      if (state.mode !== 'ON_DEMAND') {
        throw invalidArgument(`Stream ${state.name} is not in ON_DEMAND mode: it has no warm throughput.`);
      }
      return { ...state, warmThroughputMiBps: input.WarmThroughputMiBps };
    });
    return {
      StreamName: changed.name,
      StreamARN: streamArn(changed.name, context),
      ...describeWarmThroughput(changed),
    };
  };
}
