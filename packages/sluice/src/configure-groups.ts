import { alterConfigs } from '@sluice/client/alter-configs';
import { askBroker } from './ask-broker.ts';
import type { GroupOptions } from './embedded-types.ts';

/** Gives groups their settings, before anybody joins them. Fails with the first that cannot be set. */
export async function configureGroups(bootstrap: string, groups: readonly GroupOptions[]): Promise<void> {
  if (groups.length === 0) return;
  await askBroker(bootstrap, async (broker) => {
    for (const { id, settings } of groups) {
      await alterConfigs(broker, 'group', id, { set: Object.entries(settings) }).catch((cause: Error) => {
        throw new Error(`group ${id} cannot be set up: ${cause.message}`, { cause });
      });
    }
  });
}
