import type { TimestampMs, Uuid } from '@sluice/kernel/ids';

/** Partitions of a topic whose share state is begun, or is being begun. */
export interface TopicPartitionSet {
  readonly topicName: string;
  readonly partitions: ReadonlySet<number>;
  /** When this was told last; a beginning that has not ended is tried again after a while. */
  readonly timestampMs: TimestampMs;
}

export type TopicPartitionSets = ReadonlyMap<Uuid, TopicPartitionSet>;

/** Which partitions have share state in `__share_group_state`, as the group's own record says. */
export interface InitializedPartitions {
  /** Asked for, not yet answered. */
  readonly initializing: TopicPartitionSets;
  readonly initialized: TopicPartitionSets;
  /** Being forgotten: names by id. */
  readonly deleting: ReadonlyMap<Uuid, string>;
}

export const NOTHING_INITIALIZED: InitializedPartitions = {
  initializing: new Map(),
  initialized: new Map(),
  deleting: new Map(),
};

/** Whoever is in both has the name and the time of the second. */
export function union(first: TopicPartitionSets, second: TopicPartitionSets): TopicPartitionSets {
  const united = new Map(first);
  for (const [topicId, topic] of second) {
    const partitions = new Set([...(first.get(topicId)?.partitions ?? []), ...topic.partitions]);
    united.set(topicId, { ...topic, partitions });
  }
  return united;
}

function difference(from: TopicPartitionSets, gone: TopicPartitionSets): TopicPartitionSets {
  const left = new Map<Uuid, TopicPartitionSet>();
  for (const [topicId, topic] of from) {
    const without = gone.get(topicId)?.partitions;
    const partitions = new Set([...topic.partitions].filter((partition) => without?.has(partition) !== true));
    if (partitions.size > 0) left.set(topicId, { ...topic, partitions });
  }
  return left;
}

function withoutKeys<Value>(map: ReadonlyMap<Uuid, Value>, keys: ReadonlySet<Uuid>): ReadonlyMap<Uuid, Value> {
  return new Map([...map].filter(([topicId]) => !keys.has(topicId)));
}

/** The coordinator of their state is asked to begin them. */
export function beginning(info: InitializedPartitions, topics: TopicPartitionSets): InitializedPartitions {
  return {
    ...info,
    initializing: union(info.initializing, topics),
    deleting: withoutKeys(info.deleting, new Set(topics.keys())),
  };
}

/** It has begun them. */
export function begun(info: InitializedPartitions, topics: TopicPartitionSets): InitializedPartitions {
  return {
    ...info,
    initializing: difference(info.initializing, topics),
    initialized: union(info.initialized, topics),
  };
}

/** It could not begin them. */
export function notBegun(info: InitializedPartitions, topics: TopicPartitionSets): InitializedPartitions {
  return { ...info, initializing: difference(info.initializing, topics) };
}

/** The coordinator of their state is asked to forget all of these topics. */
export function forgetting(info: InitializedPartitions, topics: ReadonlyMap<Uuid, string>): InitializedPartitions {
  return {
    initializing: info.initializing,
    initialized: withoutKeys(info.initialized, new Set(topics.keys())),
    deleting: new Map([...info.deleting, ...topics]),
  };
}

/** It has forgotten them. */
export function forgotten(info: InitializedPartitions, topicIds: ReadonlySet<Uuid>): InitializedPartitions {
  return { ...info, deleting: withoutKeys(info.deleting, topicIds) };
}

/** The topics are gone. The same object if the group knew none of them. */
export function withoutTopics(info: InitializedPartitions, topicIds: ReadonlySet<Uuid>): InitializedPartitions {
  const knows = (topicId: Uuid) =>
    info.initializing.has(topicId) || info.initialized.has(topicId) || info.deleting.has(topicId);
  if (![...topicIds].some(knows)) return info;
  return {
    initializing: withoutKeys(info.initializing, topicIds),
    initialized: withoutKeys(info.initialized, topicIds),
    deleting: withoutKeys(info.deleting, topicIds),
  };
}
