import { TOPIC_SYNONYMS } from '@sluice/protocol/generated/configs/topic-synonyms';
import type { ClusterImage } from '../image/cluster-image.ts';
import { type BrokerValues, finite, type SourcedValue } from './broker-values.ts';
import type { ConfigDefinition } from './definition.ts';
import { ConfigSource } from './described-config.ts';
import { type ParsedConfig, parseConfig } from './parse-config.ts';
import { brokerConfigs, topicConfigs } from './tables.ts';

/** Units of the broker settings that stand in for one in milliseconds. */
const unitsMs: ReadonlyMap<string, bigint> = new Map([
  ['log.retention.minutes', 60_000n],
  ['log.retention.hours', 3_600_000n],
  ['log.roll.hours', 3_600_000n],
  ['log.roll.jitter.hours', 3_600_000n],
]);

/** Broker settings that a topic's default comes from, the first that is set wins. */
export function topicSynonyms(name: string): readonly string[] {
  return Object.hasOwn(TOPIC_SYNONYMS, name) ? (TOPIC_SYNONYMS[name] ?? []) : [];
}

/** What a topic has that does not set the configuration itself. */
export function topicDefault(definition: ConfigDefinition, broker: BrokerValues): SourcedValue | undefined {
  for (const synonym of topicSynonyms(definition.name)) {
    const found = broker.effective(synonym);
    if (found === undefined) continue;
    const value = inMilliseconds(synonym, found.value);
    if (value !== undefined) return { name: definition.name, value, source: found.source };
  }
  const { name, defaultValue } = definition;
  return defaultValue === null ? undefined : { name, value: defaultValue, source: ConfigSource.DEFAULT };
}

function inMilliseconds(name: string, raw: string): string | undefined {
  const definition = brokerConfigs.get(name);
  const parsed = definition === undefined ? undefined : parseConfig(definition, raw);
  if (parsed === undefined || !parsed.ok) return undefined;
  const unitMs = unitsMs.get(name);
  if (unitMs === undefined) return parsed.value.text;
  const value = BigInt(parsed.value.text);
  // −1 is "no limit" in each unit.
  return value < 0n ? '-1' : (value * unitMs).toString();
}

/** A topic's configuration as it acts, by type. */
export type TopicValues = (name: string) => ParsedConfig;

/** `overrides`: what is set on the topic. What cannot be read any more counts as not set. */
export function topicValues(overrides: ReadonlyMap<string, string>, broker: BrokerValues): TopicValues {
  return (name) => {
    const definition = topicConfigs.get(name);
    if (definition === undefined) throw new Error(`there is no topic configuration ${name}`);
    const candidates = [overrides.get(name), topicDefault(definition, broker)?.value, definition.defaultValue];
    for (const raw of candidates) {
      if (raw === undefined || raw === null) continue;
      const parsed = parseConfig(definition, raw);
      if (parsed.ok) return parsed.value;
    }
    throw new Error(`topic configuration ${name} has no value`);
  };
}

export function topicValuesOf(image: Pick<ClusterImage, 'config'>, broker: BrokerValues, topic: string): TopicValues {
  return topicValues(image.config('topic', topic), broker);
}

export function topicNumber(values: TopicValues, name: string): number {
  const value = values(name);
  if (value.kind !== 'number') throw new Error(`topic configuration ${name} is no number`);
  return finite(value.number);
}

export function topicFlag(values: TopicValues, name: string): boolean {
  const value = values(name);
  if (value.kind !== 'boolean') throw new Error(`topic configuration ${name} is neither true nor false`);
  return value.boolean;
}

export function topicList(values: TopicValues, name: string): readonly string[] {
  const value = values(name);
  if (value.kind !== 'list') throw new Error(`topic configuration ${name} is no list`);
  return value.items;
}
