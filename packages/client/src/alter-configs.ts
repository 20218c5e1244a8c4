import { ErrorCode } from '@sluice/protocol/generated/errors';
import { incrementalAlterConfigsRequestCodec } from '@sluice/protocol/generated/messages/incremental-alter-configs-request';
import { incrementalAlterConfigsResponseCodec } from '@sluice/protocol/generated/messages/incremental-alter-configs-response';
import type { Broker } from './broker.ts';
import { KafkaError } from './kafka-error.ts';

const ALTER_CONFIGS = { request: incrementalAlterConfigsRequestCodec, response: incrementalAlterConfigsResponseCodec };
/** Kafka's numbers for what is done to a setting. */
const OPERATIONS = { set: 0, delete: 1 } as const;

/** Kafka's numbers for what is configured. */
export const RESOURCE_TYPES = { topic: 2, broker: 4, group: 32 } as const;

export interface ConfigChange {
  readonly set: Iterable<readonly [name: string, value: string]>;
  readonly unset?: readonly string[];
  readonly validateOnly?: boolean;
}

/** Changes some settings of one topic, broker or group (which need not exist yet), all or none. Fails with `KafkaError`. */
export async function alterConfigs(
  broker: Broker,
  kind: keyof typeof RESOURCE_TYPES,
  resourceName: string,
  { set, unset = [], validateOnly = false }: ConfigChange,
): Promise<void> {
  const { responses } = await broker.request(ALTER_CONFIGS, () => ({
    resources: [
      {
        resourceType: RESOURCE_TYPES[kind],
        resourceName,
        configs: [
          ...Array.from(set, ([name, value]) => ({ name, configOperation: OPERATIONS.set, value })),
          ...unset.map((name) => ({ name, configOperation: OPERATIONS.delete, value: null })),
        ],
      },
    ],
    validateOnly,
  }));
  for (const { errorCode, errorMessage } of responses) {
    if (errorCode !== ErrorCode.NONE) throw new KafkaError(errorCode, errorMessage);
  }
}
