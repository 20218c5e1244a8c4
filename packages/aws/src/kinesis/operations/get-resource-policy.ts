import { resourceNotFound } from '../errors.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { Streams } from '../registry/streams.ts';
import { requireResource } from '../resource.ts';

export function getResourcePolicy({ streams }: { streams: Streams }): KinesisOperations['GetResourcePolicy'] {
  return async ({ ResourceARN }, context) => {
    const { state, consumer } = await requireResource(streams, ResourceARN, context);
    const policy = consumer === undefined ? state.policy : (state.consumerPolicies[consumer.name] ?? null);
    if (policy === null) throw resourceNotFound(`No resource policy found for resource ARN ${ResourceARN}`);
    return { Policy: policy };
  };
}
