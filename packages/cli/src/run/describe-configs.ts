import { RESOURCE_TYPES } from '@sluice/client/alter-configs';
import type { Broker } from '@sluice/client/broker';
import { KafkaError } from '@sluice/client/kafka-error';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { describeConfigsRequestCodec } from '@sluice/protocol/generated/messages/describe-configs-request';
import { describeConfigsResponseCodec } from '@sluice/protocol/generated/messages/describe-configs-response';
import { CliFailure } from '../failure.ts';

const DESCRIBE_CONFIGS = { request: describeConfigsRequestCodec, response: describeConfigsResponseCodec };

/** Kafka's numbers for where a setting's value comes from, in words; `start` is the file or flag it was started with. */
const SOURCES: Readonly<Record<number, string>> = {
  1: 'topic',
  2: 'broker',
  3: 'all brokers',
  4: 'start',
  5: 'default',
  8: 'group',
};
const DEFAULT_SOURCE = 5;

export interface Setting {
  readonly name: string;
  /** Null when it is a secret or has no value. */
  readonly value: string | null;
  readonly source: string;
  readonly isDefault: boolean;
  readonly isReadOnly: boolean;
  readonly isSensitive: boolean;
}

export interface DescribedResource {
  readonly name: string;
  readonly settings: readonly Setting[];
}

/** The settings of topics, brokers or groups, by name. Fails with `KafkaError` when one cannot be described. */
export async function describeConfigs(
  broker: Broker,
  kind: keyof typeof RESOURCE_TYPES,
  names: readonly string[],
): Promise<readonly DescribedResource[]> {
  const response = await broker.request(DESCRIBE_CONFIGS, () => ({
    resources: names.map((resourceName) => ({
      resourceType: RESOURCE_TYPES[kind],
      resourceName,
      configurationKeys: null,
    })),
    includeSynonyms: false,
    includeDocumentation: false,
  }));
  return response.results.map(({ errorCode, errorMessage, resourceName, configs }) => {
    if (errorCode !== ErrorCode.NONE) throw new KafkaError(errorCode, errorMessage);
    const settings = configs.map(({ name, value, configSource, readOnly, isSensitive }) => ({
      name,
      value,
      source: SOURCES[configSource] ?? 'unknown',
      isDefault: configSource === DEFAULT_SOURCE,
      isReadOnly: readOnly,
      isSensitive,
    }));
    return { name: resourceName, settings: settings.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  });
}

/** Brokers take it for done when a setting is deleted that does not exist: a slip in its name would go unnoticed. */
export async function requireSettings(
  broker: Broker,
  kind: keyof typeof RESOURCE_TYPES,
  name: string,
  wanted: readonly string[],
): Promise<void> {
  if (wanted.length === 0) return;
  const [described] = await describeConfigs(broker, kind, [name]);
  const missing = wanted.find((setting) => !described?.settings.some((each) => each.name === setting));
  if (missing === undefined) return;
  const hint = `\`sluice config describe ${kind} ${name} --all\` shows what there is`;
  throw new CliFailure('not-found', `${kind} ${name} has no setting ${missing}`, hint);
}
