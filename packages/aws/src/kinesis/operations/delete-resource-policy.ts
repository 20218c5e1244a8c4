import { resourceNotFound } from '../errors.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { Streams } from '../registry/streams.ts';
import { changeResource } from '../resource.ts';

export function deleteResourcePolicy({ streams }: { streams: Streams }): KinesisOperations['DeleteResourcePolicy'] {
  return async ({ ResourceARN }, context) => {
    await changeResource(streams, ResourceARN, context, ({ state, consumer }) => {
      const missing = () => resourceNotFound(`No resource policy found for resource ARN ${ResourceARN}`);
      if (consumer === undefined) {
        if (state.policy === null) throw missing();
        return { ...state, policy: null };
      }
      const { [consumer.name]: gone, ...left } = state.consumerPolicies;
      if (gone === undefined) throw missing();
      return { ...state, consumerPolicies: left };
    });
  };
}
