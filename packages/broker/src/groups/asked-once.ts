import { ZERO_UUID } from '@sluice/kernel/ids';
import type {
  OffsetFetchRequestGroup,
  OffsetFetchRequestTopics,
} from '@sluice/protocol/generated/messages/offset-fetch-request';

/* What an OffsetFetch asks for again and again would be answered as often, each time with up to 4 kB of metadata. */

/** Of a group that is asked for twice the first request counts. */
export function eachGroupOnce(groups: readonly OffsetFetchRequestGroup[]): OffsetFetchRequestGroup[] {
  const seen = new Set<string>();
  return groups.filter(({ groupId }) => isNew(seen, groupId));
}

/** A topic of which nothing is left goes, one that names no partition stays. */
export function eachPartitionOnce(group: OffsetFetchRequestGroup): OffsetFetchRequestGroup {
  if (group.topics === null) return group;
  const seenByTopic = new Map<string, Set<number>>();
  const topics: OffsetFetchRequestTopics[] = [];
  for (const topic of group.topics) {
    const key = topic.topicId === ZERO_UUID ? topic.name : topic.topicId;
    const isRepeated = seenByTopic.has(key);
    const seen = seenByTopic.get(key) ?? new Set<number>();
    seenByTopic.set(key, seen);
    const partitionIndexes = topic.partitionIndexes.filter((partition) => isNew(seen, partition));
    if (partitionIndexes.length > 0 || !isRepeated) topics.push({ ...topic, partitionIndexes });
  }
  return { ...group, topics };
}

function isNew<T>(seen: Set<T>, item: T): boolean {
  if (seen.has(item)) return false;
  seen.add(item);
  return true;
}
