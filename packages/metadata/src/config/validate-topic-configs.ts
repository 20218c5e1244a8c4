import { type BrokerValues, brokerConfig } from './broker-values.ts';
import { parseConfig } from './parse-config.ts';
import { topicConfigs } from './tables.ts';
import { type TopicValues, topicFlag, topicList, topicNumber, topicValues } from './topic-values.ts';

/**
 * Why Kafka would refuse these settings of a topic; `undefined` if it would not.
 *
 * @param before what is set on it now; empty for a new topic
 */
export function topicConfigsProblem(
  configs: ReadonlyMap<string, string>,
  before: ReadonlyMap<string, string>,
  broker: BrokerValues,
): string | undefined {
  for (const name of configs.keys()) {
    if (!topicConfigs.has(name)) return `Unknown topic config name: ${name}`;
  }
  for (const [name, raw] of configs) {
    const definition = topicConfigs.get(name);
    const parsed = definition === undefined ? undefined : parseConfig(definition, raw);
    if (parsed !== undefined && !parsed.ok) return parsed.message;
  }
  const values = topicValues(configs, broker);
  const minLagMs = topicNumber(values, 'min.compaction.lag.ms');
  const maxLagMs = topicNumber(values, 'max.compaction.lag.ms');
  if (minLagMs > maxLagMs) {
    return `min.compaction.lag.ms (${minLagMs}) must not be above max.compaction.lag.ms (${maxLagMs}).`;
  }
  return remoteStorageProblem(values, before, broker);
}

function remoteStorageProblem(
  values: TopicValues,
  before: ReadonlyMap<string, string>,
  broker: BrokerValues,
): string | undefined {
  if (!topicFlag(values, 'remote.storage.enable')) {
    const wasEnabled = before.get('remote.storage.enable')?.toLowerCase() === 'true';
    if (!wasEnabled || topicFlag(values, 'remote.log.delete.on.disable')) return undefined;
    return 'remote.storage.enable can only be turned off together with remote.log.delete.on.disable=true.';
  }
  const system = brokerConfig(broker, 'remote.log.storage.system.enable');
  if (system?.kind !== 'boolean' || !system.boolean) {
    return 'Tiered storage is off in the broker (remote.log.storage.system.enable): no topic can use it.';
  }
  if (topicList(values, 'cleanup.policy').includes('compact')) {
    return 'A compacted topic cannot use remote storage.';
  }
  return localRetentionProblem(values, 'retention.bytes') ?? localRetentionProblem(values, 'retention.ms');
}

/** −2: as the whole topic; −1: no limit. */
function localRetentionProblem(values: TopicValues, name: 'retention.bytes' | 'retention.ms'): string | undefined {
  const total = topicNumber(values, name);
  const local = topicNumber(values, `local.${name}`);
  if (local === -2) return undefined;
  if (topicFlag(values, 'remote.log.copy.disable') && local !== total) {
    return `local.${name} must be ${name} while remote.log.copy.disable is set.`;
  }
  if (total !== -1 && local === -1) return `local.${name} must not be -1 while ${name} is ${total}.`;
  if (total !== -1 && local > total) return `local.${name} (${local}) must not be above ${name} (${total}).`;
  return undefined;
}
