import type { Uuid } from '@sluice/kernel/ids';
import { consumerProtocolVersion, encodeConsumerAssignment } from '@sluice/protocol/consumer-protocol';
import type { TopicPartitions } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import type { TopicPartition } from '@sluice/protocol/generated/messages/consumer-protocol-assignment';
import type { TopicsView } from '../group-environment.ts';

/* Classic consumers name topics, groups of KIP-848 identify them. */

/** In the version that the member's subscription is in. Topics that are gone are left out. */
export function toClassicAssignment(
  topics: TopicsView,
  assignment: Iterable<readonly [Uuid, readonly number[]]>,
  subscription: Buffer,
): Buffer {
  const assignedPartitions = [];
  for (const [topicId, partitions] of assignment) {
    const topic = topics.byId(topicId)?.name;
    if (topic !== undefined) assignedPartitions.push({ topic, partitions });
  }
  const version = Math.max(0, consumerProtocolVersion(subscription) ?? 0);
  return encodeConsumerAssignment({ assignedPartitions, userData: null }, version);
}

/** Topics that do not exist are left out. */
export function withTopicIds(topics: TopicsView, partitions: readonly TopicPartition[]): TopicPartitions[] {
  const known = new Map<Uuid, Set<number>>();
  for (const { topic: name, partitions: ofTopic } of partitions) {
    const topicId = topics.byName(name)?.id;
    if (topicId === undefined) continue;
    let numbers = known.get(topicId);
    if (numbers === undefined) {
      numbers = new Set();
      known.set(topicId, numbers);
    }
    // One by one: a client may name a topic again and again.
    for (const partition of ofTopic) numbers.add(partition);
  }
  return [...known].map(([topicId, ofTopic]) => ({ topicId, partitions: [...ofTopic].sort((a, b) => a - b) }));
}
