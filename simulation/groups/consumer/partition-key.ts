import type { TopicsView } from '@sluice/coordinator/group/group-environment';
import type { Uuid } from '@sluice/kernel/ids';

/** A partition of one life of a topic: "topic id/partition". */
export type PartitionKey = `${Uuid}/${number}`;

export function keyOf(topicId: Uuid, partition: number): PartitionKey {
  return `${topicId}/${partition}`;
}

export interface PartitionsOfTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

export function keysOf(topics: readonly PartitionsOfTopic[]): PartitionKey[] {
  return topics.flatMap(({ topicId, partitions }) => partitions.map((partition) => keyOf(topicId, partition)));
}

export function partitionsOfTopics(keys: Iterable<PartitionKey>): { topicId: Uuid; partitions: number[] }[] {
  const topics = new Map<Uuid, number[]>();
  for (const key of keys) {
    const { topicId, partition } = parseKey(key);
    const partitions = topics.get(topicId);
    if (partitions === undefined) topics.set(topicId, [partition]);
    else partitions.push(partition);
  }
  return [...topics].map(([topicId, partitions]) => ({ topicId, partitions }));
}

export function parseKey(key: PartitionKey): { topicId: Uuid; partition: number } {
  const at = key.indexOf('/');
  return { topicId: key.slice(0, at), partition: Number(key.slice(at + 1)) };
}

/** "topic-partition" of those whose topic still exists. */
export function namesOf(keys: Iterable<PartitionKey>, topics: Pick<TopicsView, 'byId'>): string[] {
  return [...keys].flatMap((key) => {
    const { topicId, partition } = parseKey(key);
    const topic = topics.byId(topicId);
    return topic === undefined ? [] : [`${topic.name}-${partition}`];
  });
}
