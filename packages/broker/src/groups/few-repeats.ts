import { ZERO_UUID } from '@sluice/kernel/ids';
import type { OffsetFetchRequestGroup } from '@sluice/protocol/generated/messages/offset-fetch-request';

/**
 * How often one request may ask for what it has asked for already, and be answered again, as in Kafka. What is asked for
 * once more is left out: a small request must not be answered with gigabytes. No client repeats itself.
 */
export const REPEATS_MAX = 10;

export function withFewRepeats<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const isAllowed = createRepeatLimit();
  const seen = new Set<string>();
  return items.filter((item) => isAllowed(seen, keyOf(item)));
}

/** The partitions of all topics count together; a topic of which nothing is left goes, one that names no partition stays. */
export function withFewRepeatedPartitions(group: OffsetFetchRequestGroup): OffsetFetchRequestGroup {
  if (group.topics === null) return group;
  const isAllowed = createRepeatLimit();
  const seenByTopic = new Map<string, Set<number>>();
  const seenTopics = new Set<string>();
  const topics = group.topics.flatMap((topic) => {
    const key = topic.topicId === ZERO_UUID ? topic.name : topic.topicId;
    const seen = seenByTopic.get(key) ?? new Set<number>();
    seenByTopic.set(key, seen);
    const partitionIndexes = topic.partitionIndexes.filter((partition) => isAllowed(seen, partition));
    const isLeftOut = partitionIndexes.length === 0 && !isNew(seenTopics, key);
    seenTopics.add(key);
    return isLeftOut ? [] : [{ ...topic, partitionIndexes }];
  });
  return { ...group, topics };
}

function createRepeatLimit(): <T>(seen: Set<T>, item: T) => boolean {
  let left = REPEATS_MAX;
  return (seen, item) => isNew(seen, item) || left-- > 0;
}

function isNew<T>(seen: Set<T>, item: T): boolean {
  if (seen.has(item)) return false;
  seen.add(item);
  return true;
}
