import { GROUP_METADATA_TOPIC } from '@sluice/coordinator/group/create-group-coordinator';
import { SHARE_GROUP_STATE_TOPIC } from '@sluice/coordinator/share/create-share-coordinator';
import { TRANSACTION_STATE_TOPIC } from '@sluice/coordinator/transaction/create-transaction-coordinator';
import { brokerNumber, brokerValues } from '@sluice/metadata/config/broker-values';
import { ConfigSource } from '@sluice/metadata/config/described-config';
import type { StaticConfig } from '@sluice/metadata/config/static-config';
import type { CreatableTopic } from '@sluice/metadata/controller/requests';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { isFenced } from './describe-brokers.ts';

const BY_DEFAULT = -1;

interface InternalTopicSettings {
  readonly prefix: string;
  readonly compression: string;
  readonly minInsyncReplicas?: string;
  /** Settings that it has besides. */
  readonly configs: Readonly<Record<string, string>>;
}

const COMPACTED = { 'cleanup.policy': 'compact' };

const SETTINGS: ReadonlyMap<string, InternalTopicSettings> = new Map<string, InternalTopicSettings>([
  [GROUP_METADATA_TOPIC, { prefix: 'offsets.topic', compression: 'producer', configs: COMPACTED }],
  [
    TRANSACTION_STATE_TOPIC,
    {
      prefix: 'transaction.state.log',
      compression: 'uncompressed',
      minInsyncReplicas: 'transaction.state.log.min.isr',
      configs: { ...COMPACTED, 'unclean.leader.election.enable': 'false' },
    },
  ],
  [
    SHARE_GROUP_STATE_TOPIC,
    {
      prefix: 'share.coordinator.state.topic',
      compression: 'producer',
      minInsyncReplicas: 'share.coordinator.state.topic.min.isr',
      // Its coordinator deletes what is not needed: an update stands for nothing without the snapshot before it.
      configs: { 'cleanup.policy': 'delete', 'retention.ms': '-1' },
    },
  ],
]);

/** What a topic is made of that nobody has made yet: internal ones have settings of their own. */
export type TopicToCreate = (name: string) => CreatableTopic;

export function createTopicToCreate(image: ClusterImage, staticConfig: StaticConfig): TopicToCreate {
  return (name) => {
    const settings = SETTINGS.get(name);
    if (settings === undefined) {
      return { name, numPartitions: BY_DEFAULT, replicationFactor: BY_DEFAULT, assignments: [], configs: [] };
    }
    const values = brokerValues(image, staticConfig);
    const smallerCluster = (setting: string) => {
      const count = brokerNumber(values, setting);
      const isDefault = values.effective(setting)?.source === ConfigSource.DEFAULT;
      // Kafka's default of 3 (and 2 in sync) would leave a cluster of one broker without groups and transactions.
      return isDefault ? Math.max(1, Math.min(count, runningBrokerCount(image))) : count;
    };
    const configs = [
      ...Object.entries(settings.configs).map(([config, value]) => ({ name: config, value })),
      { name: 'compression.type', value: settings.compression },
      { name: 'segment.bytes', value: brokerNumber(values, `${settings.prefix}.segment.bytes`).toString() },
    ];
    if (settings.minInsyncReplicas !== undefined) {
      configs.push({ name: 'min.insync.replicas', value: smallerCluster(settings.minInsyncReplicas).toString() });
    }
    return {
      name,
      numPartitions: brokerNumber(values, `${settings.prefix}.num.partitions`),
      replicationFactor: smallerCluster(`${settings.prefix}.replication.factor`),
      assignments: [],
      configs,
    };
  };
}

function runningBrokerCount(image: ClusterImage): number {
  return [...image.brokers.values()].filter((broker) => !isFenced(broker)).length;
}
