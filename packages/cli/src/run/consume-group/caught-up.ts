import type { Cluster } from '@sluice/client/cluster';
import { fetchGroupOffsets } from '@sluice/client/group-offsets';
import { KafkaError } from '@sluice/client/kafka-error';
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP } from '@sluice/client/list-offsets';
import { logOffsets } from '@sluice/client/log-offsets';
import { partitionKey, type TopicPartition } from '@sluice/client/topic-partition';
import type { Progress } from './progress.ts';

/** Where the partitions end that hold anything, by `partitionKey`. */
export async function endsOf(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
): Promise<ReadonlyMap<string, number>> {
  const [starts, ends] = await Promise.all([
    logOffsets(cluster, partitions, EARLIEST_TIMESTAMP),
    logOffsets(cluster, partitions, LATEST_TIMESTAMP),
  ]);
  return new Map(
    partitions.flatMap((each) => {
      const key = partitionKey(each);
      const [start, end] = [starts.get(key), ends.get(key)];
      if (end instanceof KafkaError) throw end;
      return end === undefined || end === start ? [] : [[key, end] as const];
    }),
  );
}

/**
 * Whether the group as a whole has read up to `ends`. Others count by what they have committed: were it only about the
 * partitions of this member, nobody would be left to read those of one that fails.
 */
export async function isCaughtUp(
  cluster: Cluster,
  groupId: string,
  ends: ReadonlyMap<string, number>,
  held: readonly TopicPartition[],
  progress: Progress,
): Promise<boolean> {
  const own = new Map(held.map((each) => [partitionKey(each), progress.of(each) ?? -1]));
  for (const [key, offset] of own) if (offset < (ends.get(key) ?? -1)) return false;
  const others = [...ends.keys()].filter((key) => !own.has(key));
  if (others.length === 0) return true;
  const offsets = (await fetchGroupOffsets(cluster, [groupId])).get(groupId) ?? [];
  if (offsets instanceof KafkaError) throw offsets;
  const committed = new Map(offsets.map((each) => [partitionKey(each), each.offset]));
  return others.every((key) => (committed.get(key) ?? -1) >= (ends.get(key) ?? 0));
}
