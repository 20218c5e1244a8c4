import type { MetadataResponse } from '@sluice/protocol/generated/messages/metadata-response';
import type { TopicPartitions } from '@sluice/protocol/generated/messages/share-group-heartbeat-response';

/** All partitions of these topics that a member takes by itself, as the group would assign them. */
export function takenOf(
  { topics }: MetadataResponse,
  takes: (topic: string, partition: number) => boolean,
): readonly TopicPartitions[] {
  return topics.map(({ topicId, name, partitions }) => ({
    topicId,
    partitions: partitions.map(({ partitionIndex }) => partitionIndex).filter((each) => takes(name ?? '', each)),
  }));
}
