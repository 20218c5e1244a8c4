import type { Uuid } from '@sluice/kernel/ids';
import { type MetadataStore, StoreError } from '../store/metadata-store.ts';
import { clusterKey, featureKey } from './keys.ts';
import { decodeCluster, encodeCluster, encodeFeature } from './values.ts';

/** The feature levels of Kafka 4.3, which a new cluster starts with. */
export const FEATURES_AT_FORMAT: ReadonlyMap<string, number> = new Map([['metadata.version', 29]]);

/** Gives the store its cluster id and features if it has none; answers with the id that it has. */
export async function formatCluster(
  store: MetadataStore,
  clusterId: Uuid,
  features: ReadonlyMap<string, number> = FEATURES_AT_FORMAT,
): Promise<Uuid> {
  const { succeeded } = await store.txn({
    compare: [{ key: clusterKey, version: 0 }],
    success: [
      { kind: 'put', key: clusterKey, value: encodeCluster({ clusterId }) },
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
