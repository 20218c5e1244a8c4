import type { PartitionState } from '../image/cluster-image.ts';
import type { EventBatch, KeyValue, StoreEvent } from '../store/metadata-store.ts';

/** A partition on broker 1 and 2. */
export function partition(partitionEpoch = 0): PartitionState {
  return {
    replicas: [1, 2],
    directories: ['dirA', 'dirB'],
    isr: [1],
    elr: [],
    leader: 1,
    leaderEpoch: 0,
    partitionEpoch,
    adding: [],
    removing: [],
  };
}

/** A store small enough to see through: it makes batches with right revisions. */
export function tinyStore() {
  const kvs = new Map<string, KeyValue>();
  let revision = 0;
  return {
    kvs: () => [...kvs.values()],
    revision: () => revision,
    write(changes: Record<string, string | undefined>): EventBatch {
      revision += 1;
      const events: StoreEvent[] = [];
      for (const [key, value] of Object.entries(changes)) {
        const old = kvs.get(key);
        if (value === undefined) {
          if (!kvs.delete(key)) continue;
          events.push({ kind: 'delete', key });
          continue;
        }
        const kv: KeyValue = {
          key,
          value,
          createRevision: old?.createRevision ?? revision,
          modRevision: revision,
          version: (old?.version ?? 0) + 1,
          lease: undefined,
        };
        kvs.set(key, kv);
        events.push({ kind: 'put', kv });
      }
      return { kind: 'events', revision, events };
    },
  };
}
