import { GROUP_METADATA_TOPIC } from '@sluice/coordinator/group/create-group-coordinator';
import { brokerNumber, brokerValues } from '@sluice/metadata/config/broker-values';
import { ConfigSource } from '@sluice/metadata/config/described-config';
import type { StaticConfig } from '@sluice/metadata/config/static-config';
import type { CreatableTopic } from '@sluice/metadata/controller/requests';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { isFenced } from './describe-brokers.ts';

const BY_DEFAULT = -1;

/** What a topic is made of that nobody has made yet: internal ones have settings of their own. */
export type TopicToCreate = (name: string) => CreatableTopic;

export function createTopicToCreate(image: ClusterImage, staticConfig: StaticConfig): TopicToCreate {
  return (name) => {
    if (name !== GROUP_METADATA_TOPIC) {
      return { name, numPartitions: BY_DEFAULT, replicationFactor: BY_DEFAULT, assignments: [], configs: [] };
    }
    const values = brokerValues(image, staticConfig);
    const factor = brokerNumber(values, 'offsets.topic.replication.factor');
    const isDefault = values.effective('offsets.topic.replication.factor')?.source === ConfigSource.DEFAULT;
    // Kafka's default of 3 would leave a cluster of one broker without groups.
    const replicationFactor = isDefault ? Math.max(1, Math.min(factor, runningBrokerCount(image))) : factor;
    return {
      name,
      numPartitions: brokerNumber(values, 'offsets.topic.num.partitions'),
      replicationFactor,
      assignments: [],
      configs: [
        { name: 'cleanup.policy', value: 'compact' },
        { name: 'compression.type', value: 'producer' },
        { name: 'segment.bytes', value: brokerNumber(values, 'offsets.topic.segment.bytes').toString() },
      ],
    };
  };
}

function runningBrokerCount(image: ClusterImage): number {
  return [...image.brokers.values()].filter((broker) => !isFenced(broker)).length;
}
