import type { NodeId, ProducerId, Uuid } from '@sluice/kernel/ids';
import type { Write } from '@sluice/metadata/controller/decision';
import { packWrites } from '@sluice/metadata/controller/pack-writes';
import type { PartitionState } from '@sluice/metadata/image/cluster-image';
import { formatCluster } from '@sluice/metadata/image/format-cluster';
import { configKey, partitionKey, producerIdsKey, topicKey } from '@sluice/metadata/image/keys';
import {
  decodeConfig,
  encodeConfig,
  encodePartition,
  encodeProducerIds,
  encodeTopic,
} from '@sluice/metadata/image/values';
import type { MetadataStore } from '@sluice/metadata/store/metadata-store';
import type { PlannedConfig } from './plan-configs.ts';
import type { PlannedTopic } from './plan-topics.ts';

export interface ClusterToWrite {
  readonly clusterId: string;
  readonly nodeId: NodeId;
  readonly directoryId: Uuid;
  readonly topics: readonly PlannedTopic[];
  readonly configs: readonly PlannedConfig[];
  readonly nextProducerId: ProducerId;
}

/** Puts what Kafka's metadata said into an empty store. */
export async function writeCluster(store: MetadataStore, cluster: ClusterToWrite): Promise<void> {
  await formatCluster(store, { clusterId: cluster.clusterId });
  const writes = [
    ...cluster.topics.map((topic) => topicWrite(topic, cluster)),
    ...(await settingsWrites(store, cluster)),
  ];
  for (const { ops } of packWrites(writes, store.limits)) await store.txn({ compare: [], success: ops });
}

function topicWrite({ id, name, partitions }: PlannedTopic, { nodeId, directoryId }: ClusterToWrite): Write {
  const states = partitions.map(
    ({ leaderEpoch, partitionEpoch }): PartitionState => ({
      replicas: [nodeId],
      directories: [directoryId],
      isr: [nodeId],
      elr: [],
      leader: nodeId,
      leaderEpoch,
      partitionEpoch,
      adding: [],
      removing: [],
    }),
  );
  return {
    stage: states.map((state, index) => ({ kind: 'put', key: partitionKey(id, index), value: encodePartition(state) })),
    commit: [{ kind: 'put', key: topicKey(id), value: encodeTopic({ name, partitionCount: partitions.length }) }],
  };
}

async function settingsWrites(store: MetadataStore, { configs, nextProducerId }: ClusterToWrite): Promise<Write[]> {
  const producerIds = encodeProducerIds({ next: nextProducerId });
  const writes: Write[] = [{ stage: [], commit: [{ kind: 'put', key: producerIdsKey, value: producerIds }] }];
  for (const { type, name, values } of configs) {
    const key = configKey(type, name);
    const { kv } = await store.get(key);
    // Formatting has set some for the whole cluster; what Kafka had wins.
    const before = kv === undefined ? [] : decodeConfig(key, kv.value).values;
    writes.push({ stage: [], commit: [{ kind: 'put', key, value: encodeConfig(new Map([...before, ...values])) }] });
  }
  return writes;
}
