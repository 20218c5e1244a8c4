import type { LeaderEpoch, Offset } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { alterShareGroupOffsetsRequestCodec } from '@sluice/protocol/generated/messages/alter-share-group-offsets-request';
import { alterShareGroupOffsetsResponseCodec } from '@sluice/protocol/generated/messages/alter-share-group-offsets-response';
import { deleteShareGroupOffsetsRequestCodec } from '@sluice/protocol/generated/messages/delete-share-group-offsets-request';
import { deleteShareGroupOffsetsResponseCodec } from '@sluice/protocol/generated/messages/delete-share-group-offsets-response';
import { describeShareGroupOffsetsRequestCodec } from '@sluice/protocol/generated/messages/describe-share-group-offsets-request';
import {
  type DescribeShareGroupOffsetsResponsePartition,
  type DescribeShareGroupOffsetsResponseTopic,
  describeShareGroupOffsetsResponseCodec,
} from '@sluice/protocol/generated/messages/describe-share-group-offsets-response';
import type { Cluster } from './cluster.ts';
import { askCoordinator, askCoordinators, isOfCoordinator } from './group-coordinator.ts';
import type { PartitionResult } from './group-offsets.ts';
import { KafkaError } from './kafka-error.ts';
import { lastingError } from './lasting-error.ts';
import { byTopic, type TopicPartition } from './topic-partition.ts';

const DESCRIBE = { request: describeShareGroupOffsetsRequestCodec, response: describeShareGroupOffsetsResponseCodec };
const ALTER = { request: alterShareGroupOffsetsRequestCodec, response: alterShareGroupOffsetsResponseCodec };
const DELETE = { request: deleteShareGroupOffsetsRequestCodec, response: deleteShareGroupOffsetsResponseCodec };

/** Where a share group stands in a partition. */
export interface ShareGroupOffset extends TopicPartition {
  /** Everything before it is done with; null while nobody has read there, and where the broker cannot say. */
  readonly startOffset: Offset | null;
  readonly leaderEpoch: LeaderEpoch;
  /** Records that are still to be done (KIP-1226); null where an older broker does not say, or no leader is there. */
  readonly lag: number | null;
  readonly error: KafkaError | undefined;
}

export interface TopicResult {
  readonly topic: string;
  readonly error: KafkaError | undefined;
}

/** All that share groups have a state of, or a group's error. A group that does not exist has nothing. */
export async function describeShareGroupOffsets(
  cluster: Cluster,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ShareGroupOffset[] | KafkaError>> {
  const answers = await askCoordinators(cluster, groupIds, async (broker, led) => {
    const { groups } = await broker.request(DESCRIBE, () => ({
      groups: led.map((groupId) => ({ groupId, topics: null })),
    }));
    return groups.map(({ groupId, topics, errorCode, errorMessage }) => {
      return [groupId, lastingError(errorCode, errorMessage) ?? topics.flatMap(offsetsIn)] as const;
    });
  });
  return new Map(answers.flat());
}

function offsetsIn({ topicName, partitions }: DescribeShareGroupOffsetsResponseTopic): readonly ShareGroupOffset[] {
  return partitions.map((partition) => offsetIn(topicName, partition));
}

function offsetIn(topic: string, partition: DescribeShareGroupOffsetsResponsePartition): ShareGroupOffset {
  const error = partitionError(partition);
  const { partitionIndex, startOffset, leaderEpoch, lag } = partition;
  const isKnown = error === undefined && startOffset >= 0;
  return {
    topic,
    partition: partitionIndex,
    startOffset: isKnown ? startOffset : null,
    leaderEpoch,
    lag: isKnown && lag >= 0 ? lag : null,
    error,
  };
}

/**
 * Has a share group begin anew at these offsets. It must have no members (NON_EMPTY_GROUP); one that does not exist is
 * made. Fails with `KafkaError` when the group is refused as a whole.
 */
export async function alterShareGroupOffsets(
  cluster: Cluster,
  groupId: string,
  offsets: readonly (TopicPartition & { readonly offset: Offset })[],
): Promise<readonly PartitionResult[]> {
  return await askCoordinator(cluster, groupId, async (broker) => {
    const { errorCode, errorMessage, responses } = await broker.request(ALTER, () => ({
      groupId,
      topics: byTopic(offsets).map(({ name, partitions }) => ({
        topicName: name,
        partitions: partitions.map(({ partition, offset }) => ({ partitionIndex: partition, startOffset: offset })),
      })),
    }));
    if (errorCode !== ErrorCode.NONE) throw new KafkaError(errorCode, errorMessage);
    return responses.flatMap(({ topicName, partitions }) =>
      partitions.map((partition) => ({
        topic: topicName,
        partition: partition.partitionIndex,
        error: partitionError(partition),
      })),
    );
  });
}

/** Has a share group without members forget topics. Fails with `KafkaError` when the group is refused as a whole. */
export async function deleteShareGroupOffsets(
  cluster: Cluster,
  groupId: string,
  topics: readonly string[],
): Promise<readonly TopicResult[]> {
  return await askCoordinator(cluster, groupId, async (broker) => {
    const { errorCode, errorMessage, responses } = await broker.request(DELETE, () => ({
      groupId,
      topics: topics.map((topicName) => ({ topicName })),
    }));
    if (errorCode !== ErrorCode.NONE) throw new KafkaError(errorCode, errorMessage);
    return responses.map((response) => ({ topic: response.topicName, error: partitionError(response) }));
  });
}

/** What says that the coordinator moved or loads is thrown: the same request is sent again then, which does no harm. */
function partitionError({
  errorCode,
  errorMessage,
}: {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}): KafkaError | undefined {
  if (errorCode === ErrorCode.NONE) return undefined;
  const error = new KafkaError(errorCode, errorMessage);
  if (isOfCoordinator(error)) throw error;
  return error;
}
