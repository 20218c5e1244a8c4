import type { Uuid } from '@sluice/kernel/ids';
import { type MetadataStore, StoreError } from '../store/metadata-store.ts';
import { clusterKey, configKey, featureKey } from './keys.ts';
import { decodeCluster, encodeCluster, encodeConfig, encodeFeature } from './values.ts';

/** What Kafka 4.3's storage tool gives a new cluster. */
export const FEATURES_AT_FORMAT: ReadonlyMap<string, number> = new Map([
  ['metadata.version', 30],
  ['eligible.leader.replicas.version', 1],
  ['group.version', 1],
  ['share.version', 1],
  ['streams.version', 1],
  ['transaction.version', 2],
]);

export interface FormatOptions {
  readonly clusterId: Uuid;
  readonly features?: ReadonlyMap<string, number>;
  /** With eligible leader replicas it must be the same for all brokers, so it is set for the cluster (KIP-966). */
  readonly minInsyncReplicas?: number;
}

/** Gives the store its cluster id, features and first configuration if it has none; answers with the id that it has. */
export async function formatCluster(store: MetadataStore, options: FormatOptions): Promise<Uuid> {
  const { clusterId, features = FEATURES_AT_FORMAT, minInsyncReplicas = 1 } = options;
  const configs = new Map([['min.insync.replicas', minInsyncReplicas.toString()]]);
  const { succeeded } = await store.txn({
    compare: [{ key: clusterKey, version: 0 }],
    success: [
      { kind: 'put', key: clusterKey, value: encodeCluster({ clusterId }) },
      { kind: 'put', key: configKey('broker', ''), value: encodeConfig(configs) },
      ...Array.from(
        features,
        ([name, level]) => ({ kind: 'put', key: featureKey(name), value: encodeFeature({ level }) }) as const,
      ),
    ],
  });
  if (succeeded) return clusterId;
  const { kv } = await store.get(clusterKey);
  if (kv === undefined) throw new StoreError('unavailable', 'the cluster was formatted and removed meanwhile');
  return decodeCluster(kv.key, kv.value).clusterId;
}
