import type { NodeId } from '@sluice/kernel/ids';
import { CLUSTER_DEFAULT_BROKER, staticBrokerValues } from '@sluice/metadata/config/broker-values';
import { brokerConfigs } from '@sluice/metadata/config/tables';
import { brokerConfigsProblem, withoutListenerPrefix } from '@sluice/metadata/config/validate-broker-configs';
import { clientMetricsProblem } from '@sluice/metadata/config/validate-client-metrics';
import { groupConfigsProblem } from '@sluice/metadata/config/validate-group-configs';
import { topicConfigsProblem } from '@sluice/metadata/config/validate-topic-configs';
import type { ConfigResourceType } from '@sluice/metadata/image/cluster-image';
import type { KafkaMetadata } from '@sluice/metadata/kafka/kafka-metadata';
import type { PlannedTopic } from './plan-topics.ts';

export interface PlannedConfig {
  readonly type: ConfigResourceType;
  readonly name: string;
  readonly values: ReadonlyMap<string, string>;
}

export interface ConfigsPlan {
  readonly configs: readonly PlannedConfig[];
  readonly leftOut: readonly string[];
}

/** Which of Kafka's dynamic settings come over: all that Sluice knows and would accept. */
export function planConfigs(metadata: KafkaMetadata, topics: readonly PlannedTopic[], nodeId: NodeId): ConfigsPlan {
  const configs: PlannedConfig[] = [];
  const leftOut: string[] = [];
  const broker = staticBrokerValues({ nodeId, values: new Map() });
  const names = new Set(topics.map(({ name }) => name));

  function problemOf(type: ConfigResourceType, name: string, values: ReadonlyMap<string, string>): string | undefined {
    switch (type) {
      case 'topic':
        return topicConfigsProblem(values, new Map(), broker);
      case 'broker': {
        const unknown = [...values.keys()].find((setting) => !brokerConfigs.has(withoutListenerPrefix(setting)));
        if (unknown !== undefined) return 'it is no setting that Sluice knows';
        return brokerConfigsProblem(values, name !== CLUSTER_DEFAULT_BROKER, broker);
      }
      case 'group':
        return groupConfigsProblem(values, broker);
      case 'client-metrics':
        return clientMetricsProblem(values)?.errorMessage ?? undefined;
    }
  }

  for (const { type, name, values } of metadata.configs) {
    if (type === 'topic' && !names.has(name)) continue;
    const settings = [...values.keys()].sort();
    if (type === 'broker' && name !== CLUSTER_DEFAULT_BROKER && name !== String(nodeId)) {
      leftOut.push(`settings of broker ${name} (${settings.join(', ')}), because it is another broker`);
      continue;
    }
    if (problemOf(type, name, values) === undefined) {
      configs.push({ type, name, values });
      continue;
    }
    const kept = new Map<string, string>();
    for (const setting of settings) {
      const problem = problemOf(type, name, new Map([...kept, [setting, values.get(setting) ?? '']]));
      if (problem === undefined) kept.set(setting, values.get(setting) ?? '');
      else leftOut.push(`setting ${setting} of ${resourceName(type, name)}, because ${lowerFirst(problem)}`);
    }
    if (kept.size > 0) configs.push({ type, name, values: kept });
  }
  return { configs, leftOut };
}

/** In words: `topic orders`, `all brokers`. */
export function resourceName(type: ConfigResourceType, name: string): string {
  if (type === 'broker' && name === CLUSTER_DEFAULT_BROKER) return 'all brokers';
  return `${type.replace('-', ' ')} ${name}`;
}

function lowerFirst(sentence: string): string {
  const text = sentence.replace(/\.$/, '');
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** Kafka's own settings of its internal topics: what they are compacted by is not known without the metadata. */
const INTERNAL_TOPICS = new Set(['__consumer_offsets', '__transaction_state', '__share_group_state']);

/**
 * Settings of topics whose own are lost with the metadata: nothing is deleted before somebody has said how long it is to
 * be kept, and what Kafka's cleaner has compacted goes on being compacted.
 */
export function guessedConfigs(topics: readonly PlannedTopic[]): PlannedConfig[] {
  return topics.map(({ name, partitions }) => {
    const isCompacted = partitions.some(({ source }) => source?.cleanedOffset !== undefined);
    const values: [string, string][] =
      INTERNAL_TOPICS.has(name) || isCompacted ? [['cleanup.policy', 'compact']] : [['retention.ms', '-1']];
    return { type: 'topic', name, values: new Map(values) };
  });
}
