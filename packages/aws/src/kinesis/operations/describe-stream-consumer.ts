import { streamArn } from '../arn.ts';
import { describeConsumer } from '../describe-consumer.ts';
import { namedConsumer, requireConsumer } from '../find-consumer.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { ConsumerNeeds } from './register-stream-consumer.ts';

export function describeStreamConsumer(
  needs: Omit<ConsumerNeeds, 'clock'>,
): KinesisOperations['DescribeStreamConsumer'] {
  const { streams, settings } = needs;
  return async (input, context) => {
    const named = namedConsumer(input);
    const { state, consumer } = requireConsumer(await streams.current(named.stream), named, context);
    return {
      ConsumerDescription: {
        ...describeConsumer(state.name, consumer, context, settings.statusDelayMs),
        StreamARN: streamArn(state.name, context),
      },
    };
  };
}
