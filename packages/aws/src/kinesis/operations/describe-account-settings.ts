import { describeAccount } from '../account-settings.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { Registry } from '../registry/registry.ts';

export function describeAccountSettings({
  registry,
}: {
  registry: Registry;
}): KinesisOperations['DescribeAccountSettings'] {
  return async (_input, { now }) => ({ MinimumThroughputBillingCommitment: await describeAccount(registry, now) });
}
