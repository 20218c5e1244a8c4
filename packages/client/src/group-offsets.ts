import type { LeaderEpoch, Offset } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { offsetCommitRequestCodec } from '@sluice/protocol/generated/messages/offset-commit-request';
import { offsetCommitResponseCodec } from '@sluice/protocol/generated/messages/offset-commit-response';
import { offsetDeleteRequestCodec } from '@sluice/protocol/generated/messages/offset-delete-request';
import { offsetDeleteResponseCodec } from '@sluice/protocol/generated/messages/offset-delete-response';
import { offsetFetchRequestCodec } from '@sluice/protocol/generated/messages/offset-fetch-request';
import {
  type OffsetFetchResponse,
  type OffsetFetchResponseGroup,
  offsetFetchResponseCodec,
} from '@sluice/protocol/generated/messages/offset-fetch-response';
import type { Broker } from './broker.ts';
import type { Cluster } from './cluster.ts';
import { askCoordinator, askCoordinators, isOfCoordinator } from './group-coordinator.ts';
import { KafkaError } from './kafka-error.ts';
import { lastingError } from './lasting-error.ts';
import { byTopic, type TopicPartition } from './topic-partition.ts';

const OFFSET_FETCH = { request: offsetFetchRequestCodec, response: offsetFetchResponseCodec };
const OFFSET_COMMIT = { request: offsetCommitRequestCodec, response: offsetCommitResponseCodec };
const OFFSET_DELETE = { request: offsetDeleteRequestCodec, response: offsetDeleteResponseCodec };
/** From here on a request holds several groups. */
const GROUPS_FROM = 8;
/** From version 10 on topics go by their ids alone, which a topic that is gone no longer has. */
const NAMES_UNTIL = 9;
/** Null asks for all partitions from here on. */
const ALL_PARTITIONS_FROM = 2;

export interface CommittedOffset extends TopicPartition {
  readonly offset: Offset;
  /** −1 when it was not told. */
  readonly leaderEpoch: LeaderEpoch;
  readonly metadata: string;
}

export interface PartitionResult extends TopicPartition {
  readonly error: KafkaError | undefined;
}

/**
 * Everything that groups have committed, or a group's error. A group that does not exist has committed nothing.
 */
export async function fetchGroupOffsets(
  cluster: Cluster,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, readonly CommittedOffset[] | KafkaError>> {
  const answers = await askCoordinators(cluster, groupIds, async (broker, led) => {
    const version = broker.versionOf(OFFSET_FETCH, NAMES_UNTIL) ?? GROUPS_FROM;
    if (version >= GROUPS_FROM) return await fetchTogether(broker, led);
    return await Promise.all(led.map((groupId) => fetchAlone(broker, groupId)));
  });
  return new Map(answers.flat());
}

type Fetched = readonly [groupId: string, readonly CommittedOffset[] | KafkaError];

async function fetchTogether(broker: Broker, groupIds: readonly string[]): Promise<readonly Fetched[]> {
  const { groups } = await broker.request(
    OFFSET_FETCH,
    () => ({ groups: groupIds.map((groupId) => ({ groupId, topics: null })) }),
    { versionMax: NAMES_UNTIL },
  );
  return groups.map(({ groupId, ...answer }) => [groupId, committedIn(answer)]);
}

async function fetchAlone(broker: Broker, groupId: string): Promise<Fetched> {
  const answer = await broker.request(
    OFFSET_FETCH,
    (version) => ({ groupId, topics: version >= ALL_PARTITIONS_FROM ? null : [] }),
    { versionMax: GROUPS_FROM - 1 },
  );
  return [groupId, committedIn(answer)];
}

function committedIn({
  errorCode,
  topics,
}: {
  readonly errorCode: number;
  readonly topics: OffsetFetchResponseGroup['topics'] | OffsetFetchResponse['topics'];
}): readonly CommittedOffset[] | KafkaError {
  const error = lastingError(errorCode);
  if (error !== undefined) return error;
  const offsets: CommittedOffset[] = [];
  for (const { name: topic, partitions } of topics) {
    for (const { partitionIndex, committedOffset, committedLeaderEpoch, metadata, errorCode } of partitions) {
      const error = lastingError(errorCode);
      if (error !== undefined) return error;
      if (committedOffset < 0) continue;
      offsets.push({
        topic,
        partition: partitionIndex,
        offset: committedOffset,
        leaderEpoch: committedLeaderEpoch,
        metadata: metadata ?? '',
      });
    }
  }
  return offsets;
}

/** Commits in the name of a group that has no members; while it has some, UNKNOWN_MEMBER_ID is the answer. */
export async function commitGroupOffsets(
  cluster: Cluster,
  groupId: string,
  offsets: readonly (TopicPartition & { readonly offset: Offset })[],
): Promise<readonly PartitionResult[]> {
  return await askCoordinator(cluster, groupId, async (broker) => {
    const response = await broker.request(
      OFFSET_COMMIT,
      () => ({
        groupId,
        topics: byTopic(offsets).map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partition, offset }) => ({
            partitionIndex: partition,
            committedOffset: offset,
            committedMetadata: '',
          })),
        })),
      }),
      { versionMax: NAMES_UNTIL },
    );
    return resultsOf(response.topics);
  });
}

/** Forgets what a group has committed. Fails with `KafkaError` when the group is refused as a whole. */
export async function deleteGroupOffsets(
  cluster: Cluster,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<readonly PartitionResult[]> {
  return await askCoordinator(cluster, groupId, async (broker) => {
    const response = await broker.request(OFFSET_DELETE, () => ({
      groupId,
      topics: byTopic(partitions).map(({ name, partitions: own }) => ({
        name,
        partitions: own.map(({ partition }) => ({ partitionIndex: partition })),
      })),
    }));
    if (response.errorCode !== ErrorCode.NONE) throw new KafkaError(response.errorCode, null);
    return resultsOf(response.topics);
  });
}

/** Errors that pass are thrown: the same request is sent again then, which does no harm. */
function resultsOf(
  topics: readonly {
    readonly name: string;
    readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[];
  }[],
): readonly PartitionResult[] {
  return topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, errorCode }) => {
      const error = errorCode === ErrorCode.NONE ? undefined : new KafkaError(errorCode, null);
      if (error !== undefined && isOfCoordinator(error)) throw error;
      return { topic: name, partition: partitionIndex, error };
    }),
  );
}
