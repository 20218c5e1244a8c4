import type { ConfigType } from '@sluice/protocol/config-spec';
import type { ClusterImage } from '../image/cluster-image.ts';
import {
  type BrokerValues,
  brokerConfig,
  brokerValues,
  CLUSTER_DEFAULT_BROKER,
  type SourcedValue,
} from './broker-values.ts';
import { clientMetricsConfigs } from './client-metrics-table.ts';
import type { ConfigDefinition } from './definition.ts';
import { ConfigSource, type DescribedConfig } from './described-config.ts';
import { parseConfig } from './parse-config.ts';
import type { StaticConfig } from './static-config.ts';
import { brokerConfigs, groupConfigs, topicConfigs } from './tables.ts';
import { topicSynonyms, topicValuesOf } from './topic-values.ts';
import { groupSynonym } from './validate-group-configs.ts';

type ImageConfigs = Pick<ClusterImage, 'config' | 'configuredNames'>;

/** Which entries, and what of them. */
export interface DescribeOptions {
  /** null or none: all. Unknown names are left out, as in Kafka. */
  readonly names: readonly string[] | null;
  readonly includeSynonyms: boolean;
  readonly includeDocumentation: boolean;
}

const typeCodes: Readonly<Record<ConfigType, number>> = {
  BOOLEAN: 1,
  STRING: 2,
  INT: 3,
  SHORT: 4,
  LONG: 5,
  DOUBLE: 6,
  LIST: 7,
  CLASS: 8,
  PASSWORD: 9,
};
const UNKNOWN_TYPE_CODE = 0;

/** An existing topic's configuration as it acts. */
export function describeTopicConfigs(
  image: ImageConfigs,
  staticConfig: StaticConfig,
  topic: string,
  options: DescribeOptions,
): DescribedConfig[] {
  const broker = brokerValues(image, staticConfig);
  const values = topicValuesOf(image, broker, topic);
  const overrides = image.config('topic', topic);
  return chosen(topicConfigs.values(), options).map((definition) => {
    const { name } = definition;
    const value = values(name).text;
    const synonyms: SourcedValue[] = overrides.has(name) ? [{ name, value, source: ConfigSource.TOPIC }] : [];
    const [first] = topicSynonyms(name);
    if (first !== undefined) synonyms.push(...brokerSynonymValues(first, broker));
    return entry(definition, value, synonyms, options);
  });
}

/** This broker's own settings. */
export function describeBrokerConfigs(
  image: ImageConfigs,
  staticConfig: StaticConfig,
  options: DescribeOptions,
): DescribedConfig[] {
  const broker = brokerValues(image, staticConfig);
  return chosen(brokerConfigs.values(), options).map((definition) => {
    const { name, updateMode } = definition;
    const synonyms = brokerSynonymValues(name, broker);
    const value = brokerConfig(broker, name)?.text ?? null;
    return { ...entry(definition, value, synonyms, options), readOnly: updateMode === 'read-only' };
  });
}

/** What AlterConfigs set on all brokers. */
export function describeClusterDefaultConfigs(
  image: ImageConfigs,
  staticConfig: StaticConfig,
  options: DescribeOptions,
): DescribedConfig[] {
  const broker = brokerValues(image, staticConfig);
  const described: DescribedConfig[] = [];
  for (const [name, value] of image.config('broker', CLUSTER_DEFAULT_BROKER)) {
    if (!isChosen(name, options)) continue;
    const definition = brokerConfigs.get(name);
    if (definition === undefined) {
      described.push(unknownEntry(name, ConfigSource.DYNAMIC_DEFAULT_BROKER, options));
      continue;
    }
    const synonyms = brokerSynonymValues(name, broker).filter(
      ({ source }) => source === ConfigSource.DYNAMIC_DEFAULT_BROKER,
    );
    described.push({
      ...entry(definition, value, synonyms, options),
      readOnly: definition.updateMode === 'read-only',
    });
  }
  return described;
}

/** A group's configuration, whether there is a group of the name or not. */
export function describeGroupConfigs(
  image: ImageConfigs,
  staticConfig: StaticConfig,
  group: string,
  options: DescribeOptions,
): DescribedConfig[] {
  const broker = brokerValues(image, staticConfig);
  const overrides = image.config('group', group);
  return chosen(groupConfigs.values(), options).map((definition) => {
    const { name, defaultValue } = definition;
    const synonym = groupSynonym(name);
    const inherited: readonly SourcedValue[] =
      synonym === undefined
        ? [{ name, value: defaultValue ?? '', source: ConfigSource.DEFAULT }]
        : brokerSynonymValues(synonym, broker);
    const own = overrides.get(name);
    const value = textOf(definition, own ?? inherited[0]?.value ?? '');
    const synonyms = own === undefined ? inherited : [{ name, value, source: ConfigSource.GROUP }, ...inherited];
    return entry(definition, value, synonyms, options);
  });
}

/** A client metrics subscription's configuration, whether it was made or not. */
export function describeClientMetricsConfigs(
  image: ImageConfigs,
  subscription: string,
  options: DescribeOptions,
): DescribedConfig[] {
  const overrides = image.config('client-metrics', subscription);
  return chosen(clientMetricsConfigs.values(), options).map((definition) => {
    const own = overrides.get(definition.name);
    return {
      ...entry(definition, textOf(definition, own ?? definition.defaultValue ?? ''), [], options),
      configSource: own === undefined ? ConfigSource.DEFAULT : ConfigSource.CLIENT_METRICS,
    };
  });
}

function chosen(definitions: Iterable<ConfigDefinition>, options: DescribeOptions): ConfigDefinition[] {
  return [...definitions].filter(({ name }) => isChosen(name, options));
}

function isChosen(name: string, { names }: DescribeOptions): boolean {
  return names === null || names.length === 0 || names.includes(name);
}

/** Settings in coarser units stand in for the one in milliseconds. */
const brokerSynonymGroups: readonly (readonly string[])[] = [
  ['log.roll.ms', 'log.roll.hours'],
  ['log.roll.jitter.ms', 'log.roll.jitter.hours'],
  ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'],
];

function brokerSynonyms(name: string): readonly string[] {
  if (name === 'log.flush.interval.ms') return [name, 'log.flush.scheduler.interval.ms'];
  return brokerSynonymGroups.find((group) => group.includes(name)) ?? [name];
}

/**
 * Everything that a setting and its synonyms were given, level by level. What stands before the first mention of the
 * setting itself is dropped, so that hours alone leave no trace of milliseconds: as Kafka answers.
 */
function brokerSynonymValues(name: string, broker: BrokerValues): SourcedValue[] {
  const values = brokerSynonyms(name).flatMap((synonym) => broker.all(synonym));
  // The levels' numbers rise as their strength falls.
  values.sort((a, b) => a.source - b.source);
  const start = values.findIndex((value) => value.name === name);
  return start < 0 ? [] : values.slice(start);
}

function entry(
  definition: ConfigDefinition,
  value: string | null,
  synonyms: readonly SourcedValue[],
  { includeSynonyms, includeDocumentation }: DescribeOptions,
): DescribedConfig {
  const { name, type, isSensitive, documentation } = definition;
  const shown = (text: string | null) => (isSensitive ? null : text);
  return {
    name,
    value: shown(value),
    readOnly: false,
    configSource: synonyms[0]?.source ?? ConfigSource.DEFAULT,
    isSensitive,
    synonyms: includeSynonyms ? synonyms.map((synonym) => ({ ...synonym, value: shown(synonym.value) })) : [],
    configType: typeCodes[type],
    documentation: includeDocumentation ? documentation : null,
  };
}

/** Set by somebody for a plug-in: what it is, we do not know, so it is not shown. */
function unknownEntry(name: string, source: ConfigSource, { includeSynonyms }: DescribeOptions): DescribedConfig {
  return {
    name,
    value: null,
    readOnly: true,
    configSource: source,
    isSensitive: true,
    synonyms: includeSynonyms ? [{ name, value: null, source }] : [],
    configType: UNKNOWN_TYPE_CODE,
    documentation: null,
  };
}

function textOf(definition: ConfigDefinition, raw: string): string {
  const parsed = parseConfig(definition, raw);
  return parsed.ok ? parsed.value.text : raw;
}
