import type { OwnedTopic } from './owned-topics.ts';

/** One topic's partitions, a stack for each owner, the highest partition on top. Made once, filled topic by topic. */
export interface PartitionStacks {
  fill(topic: OwnedTopic): void;
  isEmpty(member: number): boolean;
  /** The member must have one. */
  pop(member: number): number;
}

export function createPartitionStacks(memberCount: number): PartitionStacks {
  const starts = new Int32Array(memberCount);
  const ends = new Int32Array(memberCount);
  let partitions = new Int32Array(0);

  return {
    fill({ owners, subscribers }) {
      if (partitions.length < owners.length) partitions = new Int32Array(owners.length);
      for (const member of subscribers) ends[member] = 0;
      for (const owner of owners) ends[owner] = (ends[owner] ?? 0) + 1;
      let start = 0;
      for (const member of subscribers) {
        const count = ends[member] ?? 0;
        starts[member] = start;
        ends[member] = start;
        start += count;
      }
      owners.forEach((owner, partition) => {
        const end = ends[owner] ?? 0;
        partitions[end] = partition;
        ends[owner] = end + 1;
      });
    },
    isEmpty: (member) => ends[member] === starts[member],
    pop(member) {
      const end = (ends[member] ?? 0) - 1;
      ends[member] = end;
      return partitions[end] ?? 0;
    },
  };
}
