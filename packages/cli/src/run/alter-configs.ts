import type { Broker } from '@sluice/client/broker';
import { KafkaError } from '@sluice/client/kafka-error';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { incrementalAlterConfigsRequestCodec } from '@sluice/protocol/generated/messages/incremental-alter-configs-request';
import { incrementalAlterConfigsResponseCodec } from '@sluice/protocol/generated/messages/incremental-alter-configs-response';
import { RESOURCE_TYPES } from './describe-configs.ts';

const ALTER = { request: incrementalAlterConfigsRequestCodec, response: incrementalAlterConfigsResponseCodec };
/** Kafka's numbers for what is done to a setting. */
const OPERATIONS = { set: 0, delete: 1 } as const;

export interface ConfigChange {
  readonly set: readonly (readonly [string, string])[];
  readonly unset: readonly string[];
  readonly validateOnly: boolean;
}

/** Changes some settings of one topic, broker or group, all or none. Fails with `KafkaError`. */
export async function alterConfigs(
  broker: Broker,
  kind: keyof typeof RESOURCE_TYPES,
  resourceName: string,
  { set, unset, validateOnly }: ConfigChange,
): Promise<void> {
  const response = await broker.request(ALTER, () => ({
    resources: [
      {
        resourceType: RESOURCE_TYPES[kind],
        resourceName,
        configs: [
          ...set.map(([name, value]) => ({ name, configOperation: OPERATIONS.set, value })),
          ...unset.map((name) => ({ name, configOperation: OPERATIONS.delete, value: null })),
        ],
      },
    ],
    validateOnly,
  }));
  for (const { errorCode, errorMessage } of response.responses) {
    if (errorCode !== ErrorCode.NONE) throw new KafkaError(errorCode, errorMessage);
  }
}
