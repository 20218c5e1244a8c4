import type { CreatedTopicConfig } from '../controller/requests.ts';
import type { BrokerValues } from './broker-values.ts';
import { ConfigSource } from './described-config.ts';
import { topicConfigs } from './tables.ts';
import { topicDefault } from './topic-values.ts';

/** What CreateTopics answers with: every topic configuration by name; what was set, exactly as it was sent. */
export function createdTopicConfigs(configs: ReadonlyMap<string, string>, broker: BrokerValues): CreatedTopicConfig[] {
  return Array.from(topicConfigs.values(), (definition) => {
    const { name, isSensitive } = definition;
    const given = configs.get(name);
    const found = given === undefined ? topicDefault(definition, broker) : { value: given, source: ConfigSource.TOPIC };
    return {
      name,
      value: isSensitive ? null : (found?.value ?? null),
      readOnly: false,
      configSource: found?.source ?? ConfigSource.DEFAULT,
      isSensitive,
    };
  }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
