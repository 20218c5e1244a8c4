import { invalidArgument } from '../errors.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { Streams } from '../registry/streams.ts';
import { changeResource } from '../resource.ts';

const POLICY_SIZE_BYTES_MAX = 20 * 1024;

/** Policies are kept and shown, not enforced: the door has no principals but the keys that it was given. */
export function putResourcePolicy({ streams }: { streams: Streams }): KinesisOperations['PutResourcePolicy'] {
  return async ({ ResourceARN, Policy }, context) => {
    requirePolicy(Policy);
    await changeResource(streams, ResourceARN, context, ({ state, consumer }) =>
      consumer === undefined
        ? { ...state, policy: Policy }
        : { ...state, consumerPolicies: { ...state.consumerPolicies, [consumer.name]: Policy } },
    );
  };
}

function requirePolicy(policy: string): void {
  if (Buffer.byteLength(policy) > POLICY_SIZE_BYTES_MAX) {
    throw invalidArgument(`The policy is larger than ${POLICY_SIZE_BYTES_MAX} bytes.`);
  }
  let document: unknown;
  try {
    document = JSON.parse(policy);
  } catch {
    throw invalidArgument('The policy is not valid JSON.');
  }
  if (typeof document !== 'object' || document === null || !('Statement' in document)) {
    throw invalidArgument('The policy has no Statement.');
  }
}
