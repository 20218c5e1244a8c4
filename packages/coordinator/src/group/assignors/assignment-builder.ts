import type { Uuid } from '@sluice/kernel/ids';
import { type Assignment, EMPTY_ASSIGNMENT } from './assignor.ts';

/** Collects what one member gets. Partitions of one topic are to be added ascending. */
export interface AssignmentBuilder {
  add(topicId: Uuid, partition: number): void;
  /** `previous` itself if nothing differs from it. */
  build(previous: Assignment): Assignment;
}

export function createAssignmentBuilder(): AssignmentBuilder {
  const topics = new Map<Uuid, number[]>();
  return {
    add(topicId, partition) {
      const partitions = topics.get(topicId);
      if (partitions === undefined) topics.set(topicId, [partition]);
      else partitions.push(partition);
    },
    build: (previous) => (areEqual(topics, previous) ? previous : topics.size === 0 ? EMPTY_ASSIGNMENT : topics),
  };
}

export function areEqual(a: Assignment, b: Assignment): boolean {
  if (a.size !== b.size) return false;
  for (const [topicId, partitions] of a) {
    const others = b.get(topicId);
    if (others === undefined || others.length !== partitions.length) return false;
    if (!partitions.every((partition, index) => partition === others[index])) return false;
  }
  return true;
}
