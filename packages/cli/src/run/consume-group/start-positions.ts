import type { Cluster } from '@sluice/client/cluster';
import { fetchGroupOffsets } from '@sluice/client/group-offsets';
import { KafkaError } from '@sluice/client/kafka-error';
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP } from '@sluice/client/list-offsets';
import { logOffsets } from '@sluice/client/log-offsets';
import { partitionKey, type TopicPartition } from '@sluice/client/topic-partition';
import type { Progress } from './progress.ts';

/**
 * Where to go on reading: behind what this member has done and what the group has committed, whichever is further, so that
 * neither is read again; where nothing was committed, at the beginning or the end. An offset that the log no longer
 * holds counts as none.
 */
export async function startPositions(
  cluster: Cluster,
  groupId: string,
  partitions: readonly TopicPartition[],
  from: 'beginning' | 'end',
  progress: Progress,
): Promise<ReadonlyMap<string, number>> {
  const [fetched, starts, ends] = await Promise.all([
    fetchGroupOffsets(cluster, [groupId]),
    logOffsets(cluster, partitions, EARLIEST_TIMESTAMP),
    logOffsets(cluster, partitions, LATEST_TIMESTAMP),
  ]);
  const offsets = fetched.get(groupId) ?? [];
  if (offsets instanceof KafkaError) throw offsets;
  const committed = new Map(offsets.map((each) => [partitionKey(each), each.offset]));
  return new Map(
    partitions.map((each) => {
      const key = partitionKey(each);
      const [start, end] = [starts.get(key), ends.get(key)];
      if (start instanceof KafkaError) throw start;
      if (end instanceof KafkaError) throw end;
      const known = Math.max(progress.of(each) ?? -1, committed.get(key) ?? -1);
      const isKept = known >= (start ?? 0) && known <= (end ?? 0);
      return [key, isKept ? known : from === 'end' ? (end ?? 0) : (start ?? 0)];
    }),
  );
}
