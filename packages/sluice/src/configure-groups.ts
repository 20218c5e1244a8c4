import { KafkaError } from '@sluice/client/kafka-error';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { incrementalAlterConfigsRequestCodec } from '@sluice/protocol/generated/messages/incremental-alter-configs-request';
import { incrementalAlterConfigsResponseCodec } from '@sluice/protocol/generated/messages/incremental-alter-configs-response';
import { askBroker } from './ask-broker.ts';
import type { GroupOptions } from './embedded-types.ts';

const ALTER_CONFIGS = { request: incrementalAlterConfigsRequestCodec, response: incrementalAlterConfigsResponseCodec };
const GROUP_RESOURCE = 32;
const SET = 0;

/** Gives groups their settings, before anybody joins them. Fails with the first that cannot be set. */
export async function configureGroups(bootstrap: string, groups: readonly GroupOptions[]): Promise<void> {
  if (groups.length === 0) return;
  const { responses } = await askBroker(bootstrap, (broker) =>
    broker.request(ALTER_CONFIGS, () => ({
      resources: groups.map(({ id, settings }) => ({
        resourceType: GROUP_RESOURCE,
        resourceName: id,
        configs: Object.entries(settings).map(([name, value]) => ({ name, configOperation: SET, value })),
      })),
      validateOnly: false,
    })),
  );
  for (const { resourceName, errorCode, errorMessage } of responses) {
    if (errorCode === ErrorCode.NONE) continue;
    const cause = new KafkaError(errorCode, errorMessage);
    throw new Error(`group ${resourceName} cannot be set up: ${cause.message}`, { cause });
  }
}
