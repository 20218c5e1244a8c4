import type { TimestampMs, Uuid } from '@sluice/kernel/ids';
import type { TopicsView } from '../group-environment.ts';
import type { TopicPartitionSet, TopicPartitionSets } from './initialized-partitions.ts';
import type { ShareGroup } from './share-group.ts';

/** A beginning that nobody has answered by then is tried again. */
export const INITIALIZE_RETRY_INTERVAL_MS = 30_000;

/** Share state that is to be begun in `__share_group_state`. */
export interface ToInitialize {
  readonly topicId: Uuid;
  readonly partition: number;
  readonly stateEpoch: number;
  /** −1: `share.auto.offset.reset` decides when the first record is fetched. */
  readonly startOffset: number;
}

/** Partitions of the subscribed topics that have no share state, and for which nobody has lately asked for it. */
export function partitionsToBegin(
  group: ShareGroup,
  subscribedTopics: Iterable<string>,
  topics: TopicsView,
  now: TimestampMs,
): TopicPartitionSets {
  const { initialized, initializing } = group.initializedPartitions;
  const toBegin = new Map<Uuid, TopicPartitionSet>();
  for (const name of subscribedTopics) {
    const topic = topics.byName(name);
    if (topic === undefined) continue;
    const asked = initializing.get(topic.id);
    const isRecent =
      asked !== undefined && !group.isBeginningLost && now - asked.timestampMs < INITIALIZE_RETRY_INTERVAL_MS;
    const known = initialized.get(topic.id)?.partitions;
    const partitions = new Set<number>();
    for (let partition = 0; partition < topic.partitionCount; partition++) {
      const isKnown = known?.has(partition) === true || (isRecent && asked.partitions.has(partition));
      if (!isKnown) partitions.add(partition);
    }
    if (partitions.size > 0) toBegin.set(topic.id, { topicName: name, partitions, timestampMs: now });
  }
  return toBegin;
}

export function toInitialize(topics: TopicPartitionSets, stateEpoch: number, startOffset: number): ToInitialize[] {
  return [...topics].flatMap(([topicId, { partitions }]) =>
    Array.from(partitions, (partition) => ({ topicId, partition, stateEpoch, startOffset })),
  );
}

/** Whether a subscribed topic has share state of partitions that no target has, or targets have more than that. */
export function isAssignmentBehind(group: ShareGroup): boolean {
  const { initialized } = group.initializedPartitions;
  if (group.isEmpty || initialized.size === 0) return false;
  const assigned = new Map<Uuid, Set<number>>();
  for (const target of group.targets.values()) {
    for (const [topicId, partitions] of target) {
      const known = assigned.get(topicId);
      if (known === undefined) assigned.set(topicId, new Set(partitions));
      else for (const partition of partitions) known.add(partition);
    }
  }
  for (const [topicId, { topicName, partitions }] of initialized) {
    if (!group.isSubscribedTo(topicName)) continue;
    const known = assigned.get(topicId);
    if (known === undefined || known.size !== partitions.size) return true;
    for (const partition of partitions) if (!known.has(partition)) return true;
  }
  return false;
}
