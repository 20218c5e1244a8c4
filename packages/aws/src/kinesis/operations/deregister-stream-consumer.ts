import { namedConsumer, requireConsumer } from '../find-consumer.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { Streams } from '../registry/streams.ts';

export function deregisterStreamConsumer({
  streams,
}: {
  streams: Streams;
}): KinesisOperations['DeregisterStreamConsumer'] {
  return async (input, context) => {
    const named = namedConsumer(input);
    await streams.change(named.stream, (current) => {
      const { state, consumer } = requireConsumer(current, named, context);
      const { [consumer.name]: _gone, ...consumerPolicies } = state.consumerPolicies;
      return { ...state, consumerPolicies, consumers: state.consumers.filter((each) => each !== consumer) };
    });
  };
}
