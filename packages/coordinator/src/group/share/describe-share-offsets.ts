import type { Clock } from '@sluice/kernel/clock';
import { type Uuid, ZERO_UUID } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { DescribeShareGroupOffsetsRequestTopic } from '@sluice/protocol/generated/messages/describe-share-group-offsets-request';
import type {
  DescribeShareGroupOffsetsResponsePartitionInput,
  DescribeShareGroupOffsetsResponseTopicInput,
} from '@sluice/protocol/generated/messages/describe-share-group-offsets-response';
import type { SharePartitionKey } from '../../share/persister.ts';
import type { ShareStateStore } from '../../share/share-coordinator.ts';
import type { TopicsView } from '../group-environment.ts';
import { inSlices } from '../in-slices.ts';

/** Where a partition ends: for how many records a group has still to do. */
export type EndOffsetOf = (
  topic: string,
  partition: number,
) => Promise<{ readonly offset: number } | { readonly errorCode: number }>;

export interface DescribeOffsetsServices {
  readonly clock: Clock;
  readonly topics: TopicsView;
  readonly store: Pick<ShareStateStore, 'readSummary'>;
  readonly endOffsetOf: EndOffsetOf;
}

const UNKNOWN = { startOffset: -1, leaderEpoch: 0, lag: -1 };

/** Kafka never answers for one that does not exist. */
const noPartition = (partitionIndex: number) => ({
  partitionIndex,
  ...UNKNOWN,
  errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  errorMessage: 'There is no such partition.',
});

/** Topics by name, with the partitions that are asked for. A topic that does not exist has no offsets, and no error. */
export async function describeShareOffsets(
  services: DescribeOffsetsServices,
  groupId: string,
  asked: readonly DescribeShareGroupOffsetsRequestTopic[],
): Promise<DescribeShareGroupOffsetsResponseTopicInput[]> {
  const known: DescribeShareGroupOffsetsResponseTopicInput[] = [];
  const unknown: DescribeShareGroupOffsetsResponseTopicInput[] = [];
  for (const { topicName, partitions } of asked) {
    const topic = services.topics.byName(topicName);
    if (topic === undefined) {
      const nothing = partitions.map((partitionIndex) => ({ partitionIndex, ...UNKNOWN, errorCode: ErrorCode.NONE }));
      unknown.push({ topicName, topicId: ZERO_UUID, partitions: nothing });
    } else {
      known.push({
        topicName,
        topicId: topic.id,
        partitions: await inSlices([...new Set(partitions)], services.clock, (partition) =>
          partition < 0 || partition >= topic.partitionCount
            ? noPartition(partition)
            : describePartition(services, groupId, topic.id, topicName, partition),
        ),
      });
    }
  }
  return [...known, ...unknown];
}

async function describePartition(
  { store, endOffsetOf }: DescribeOffsetsServices,
  groupId: string,
  topicId: Uuid,
  topicName: string,
  partition: number,
): Promise<DescribeShareGroupOffsetsResponsePartitionInput> {
  const key: SharePartitionKey = { groupId, topicId, partition };
  const result = await store.readSummary(key);
  if ('errorCode' in result) {
    const { errorCode, message: errorMessage } = result;
    return { partitionIndex: partition, ...UNKNOWN, errorCode, errorMessage };
  }
  const { startOffset, leaderEpoch, deliveryCompleteCount } = result.response;
  const found = { partitionIndex: partition, startOffset, leaderEpoch, errorCode: ErrorCode.NONE };
  if (startOffset === -1 || deliveryCompleteCount === -1) return { ...found, lag: -1 };
  const end = await endOffsetOf(topicName, partition);
  if ('errorCode' in end) {
    const errorMessage = 'Where the partition ends is not known.';
    return { partitionIndex: partition, startOffset: 0, leaderEpoch: 0, errorCode: end.errorCode, errorMessage };
  }
  return { ...found, lag: end.offset - startOffset - deliveryCompleteCount };
}
