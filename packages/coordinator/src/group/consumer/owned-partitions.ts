import type { Uuid } from '@sluice/kernel/ids';
import type { TopicPartitions } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import type { TopicPartitionsInput } from '@sluice/protocol/generated/records/group/consumer-group-current-member-assignment-value';

/** Partitions that a member has, by topic, each with the member epoch at which it got it (KIP-1251). */
export type OwnedPartitions = ReadonlyMap<Uuid, ReadonlyMap<number, number>>;

export const NO_PARTITIONS: OwnedPartitions = new Map();

export function hasSamePartitions(one: OwnedPartitions, other: OwnedPartitions): boolean {
  if (one === other) return true;
  if (one.size !== other.size) return false;
  for (const [topicId, partitions] of one) {
    const others = other.get(topicId);
    if (others === partitions) continue;
    if (others === undefined || others.size !== partitions.size) return false;
    for (const [partition, epoch] of partitions) if (others.get(partition) !== epoch) return false;
  }
  return true;
}

/** Whether a member that says to have `claimed` has nothing but what was assigned to it. Saying nothing is no. */
export function isWithin(claimed: readonly TopicPartitions[] | null, assigned: OwnedPartitions): boolean {
  if (claimed === null) return false;
  return claimed.every(({ topicId, partitions }) => {
    const topic = assigned.get(topicId);
    return topic !== undefined && partitions.every((partition) => topic.has(partition));
  });
}

/** Whether a member that says to have `claimed` still has some of `revoked`. Saying nothing is yes. */
export function claimsAnyOf(claimed: readonly TopicPartitions[] | null, revoked: OwnedPartitions): boolean {
  if (claimed === null) return true;
  return claimed.some(({ topicId, partitions }) => {
    const topic = revoked.get(topicId);
    return topic !== undefined && partitions.some((partition) => topic.has(partition));
  });
}

export function withEpochsZeroed(owned: OwnedPartitions): OwnedPartitions {
  const zeroed = new Map<Uuid, ReadonlyMap<number, number>>();
  for (const [topicId, partitions] of owned) {
    zeroed.set(topicId, new Map([...partitions.keys()].map((partition) => [partition, 0])));
  }
  return zeroed;
}

export function sortedPartitions(partitions: ReadonlyMap<number, number>): number[] {
  return [...partitions.keys()].sort((a, b) => a - b);
}

export function toRecord(owned: OwnedPartitions): TopicPartitionsInput[] {
  return [...owned].map(([topicId, epochs]) => {
    const partitions = sortedPartitions(epochs);
    return { topicId, partitions, assignmentEpochs: partitions.map((partition) => epochs.get(partition) ?? 0) };
  });
}

/** Records of Kafka before 4.3 know no assignment epochs: then it is the member's. */
export function fromRecord(topics: readonly TopicPartitionsInput[], memberEpoch: number): OwnedPartitions {
  if (topics.length === 0) return NO_PARTITIONS;
  const epochOtherwise = Math.max(memberEpoch, 0);
  const owned = new Map<Uuid, ReadonlyMap<number, number>>();
  for (const { topicId, partitions, assignmentEpochs } of topics) {
    const epochs = assignmentEpochs?.length === partitions.length ? assignmentEpochs : undefined;
    owned.set(topicId, new Map(partitions.map((partition, i) => [partition, epochs?.[i] ?? epochOtherwise])));
  }
  return owned;
}
