import type { GroupAssignment, GroupPartitionsAssigner } from '@platformatic/kafka';

/**
 * Kafka's range assignment: of each topic, members that subscribe to it get neighbouring partitions, the first of them one
 * more where it does not divide. Every member of a classic group may be the one that assigns for all, so it must do right
 * by members with other topics than ours, which the library's own assignor does not.
 */
export const rangeAssignor: GroupPartitionsAssigner = (_memberId, members, _topics, metadata) => {
  const assigned = new Map([...members.keys()].map((memberId) => [memberId, new Map<string, GroupAssignment>()]));
  const subscribers = new Map<string, string[]>();
  for (const [memberId, { topics = [] }] of members) {
    for (const topic of new Set(topics)) subscribers.set(topic, [...(subscribers.get(topic) ?? []), memberId]);
  }
  for (const [topic, memberIds] of subscribers) {
    const count = metadata.topics.get(topic)?.partitionsCount ?? 0;
    let next = 0;
    for (const [index, memberId] of memberIds.sort().entries()) {
      const share = Math.floor(count / memberIds.length) + (index < count % memberIds.length ? 1 : 0);
      const partitions = Array.from({ length: share }, (_, offset) => next + offset);
      next += share;
      if (share > 0) assigned.get(memberId)?.set(topic, { topic, partitions });
    }
  }
  return [...assigned].map(([memberId, assignments]) => ({ memberId, assignments }));
};
