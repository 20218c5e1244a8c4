import { partitionKey, type TopicPartition } from '@sluice/client/topic-partition';

export interface Progress {
  /** What a member holds from now on; what it held before and does not any more is forgotten. */
  hold(partitions: readonly TopicPartition[]): void;
  /** The next offset that is not done yet; undefined in a partition that was not read since it is held. */
  of(each: TopicPartition): number | undefined;
  /** Everything before `offset` is done. It never goes back. */
  advance(each: TopicPartition, offset: number): void;
  /** What is done and was not committed yet. */
  uncommitted(): readonly (TopicPartition & { readonly offset: number })[];
  committed(offsets: readonly (TopicPartition & { readonly offset: number })[]): void;
}

/** How far the partitions that are held have been read, and how far that is committed. */
export function createProgress(): Progress {
  const done = new Map<string, TopicPartition & { readonly offset: number }>();
  const saved = new Map<string, number>();
  return {
    hold(partitions) {
      const held = new Set(partitions.map(partitionKey));
      for (const key of done.keys()) {
        if (held.has(key)) continue;
        done.delete(key);
        saved.delete(key);
      }
    },
    of: (each) => done.get(partitionKey(each))?.offset,
    advance({ topic, partition }, offset) {
      const key = partitionKey({ topic, partition });
      if (offset > (done.get(key)?.offset ?? -1)) done.set(key, { topic, partition, offset });
    },
    uncommitted: () => [...done].filter(([key, { offset }]) => saved.get(key) !== offset).map(([, each]) => each),
    committed(offsets) {
      for (const each of offsets) {
        const key = partitionKey(each);
        if (done.has(key)) saved.set(key, each.offset);
      }
    },
  };
}
