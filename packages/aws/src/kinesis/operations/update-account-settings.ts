import { setCommitment } from '../account-settings.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { Registry } from '../registry/registry.ts';

export function updateAccountSettings({
  registry,
}: {
  registry: Registry;
}): KinesisOperations['UpdateAccountSettings'] {
  return async ({ MinimumThroughputBillingCommitment: { Status } }, { now }) => ({
    MinimumThroughputBillingCommitment: await setCommitment(registry, Status === 'ENABLED', now),
  });
}
