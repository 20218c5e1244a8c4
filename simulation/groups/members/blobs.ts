import {
  decodeConsumerAssignment,
  decodeConsumerSubscription,
  encodeConsumerAssignment,
  encodeConsumerSubscription,
} from '@sluice/protocol/consumer-protocol';

/* What members tell each other through the coordinator, and partitions as "topic-partition". */

export function partitionOf(name: string): { topic: string; partition: number } {
  const at = name.lastIndexOf('-');
  return { topic: name.slice(0, at), partition: Number(name.slice(at + 1)) };
}

export function byTopic(names: Iterable<string>): Map<string, number[]> {
  const topics = new Map<string, number[]>();
  for (const name of names) {
    const { topic, partition } = partitionOf(name);
    topics.set(topic, [...(topics.get(topic) ?? []), partition]);
  }
  return topics;
}

export function subscriptionBlob(topics: readonly string[]): Buffer {
  return encodeConsumerSubscription({ topics, userData: null }, 1);
}

export function topicsOfBlob(blob: Buffer): readonly string[] {
  return decodeConsumerSubscription(blob)?.topics ?? [];
}

export function assignmentBlob(names: readonly string[]): Buffer {
  const assignedPartitions = [...byTopic(names)].map(([topic, partitions]) => ({ topic, partitions }));
  return encodeConsumerAssignment({ assignedPartitions, userData: null }, 1);
}

/** Without bytes nothing is assigned. */
export function partitionsOfBlob(blob: Buffer): string[] {
  const assigned = decodeConsumerAssignment(blob)?.assignedPartitions ?? [];
  return assigned.flatMap(({ topic, partitions }) => partitions.map((partition) => `${topic}-${partition}`));
}
