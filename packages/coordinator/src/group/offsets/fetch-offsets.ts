import { type Uuid, ZERO_UUID } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { OffsetFetchRequestGroup } from '@sluice/protocol/generated/messages/offset-fetch-request';
import type {
  OffsetFetchResponseGroupInput,
  OffsetFetchResponsePartitionsInput,
} from '@sluice/protocol/generated/messages/offset-fetch-response';
import type { Group } from '../group.ts';
import type { TopicsView } from '../group-environment.ts';
import type { CommittedOffsets } from './committed-offsets.ts';
import type { PendingOffsets } from './pending-offsets.ts';
import type { CommittedOffset } from './topic-offsets.ts';

/** Before it an error stands with each partition. */
const GROUP_ERROR_VERSION_MIN = 2;

export interface FetchableOffsets {
  readonly committed: CommittedOffsets;
  readonly pending: PendingOffsets;
  readonly topics: TopicsView;
}

/** A group that does not exist has no offsets: that is no error. */
export function fetchOffsets(
  request: OffsetFetchRequestGroup,
  group: Group | undefined,
  { committed, pending, topics }: FetchableOffsets,
  requireStable: boolean,
  apiVersion: number,
): OffsetFetchResponseGroupInput {
  const { groupId } = request;
  const errorCode = group?.offsetFetchError(request.memberId, request.memberEpoch) ?? ErrorCode.GROUP_ID_NOT_FOUND;
  if (errorCode !== ErrorCode.NONE && errorCode !== ErrorCode.GROUP_ID_NOT_FOUND) {
    return fetchFailure(request, errorCode, apiVersion);
  }
  const byTopic = errorCode === ErrorCode.NONE ? committed.ofGroup(groupId) : undefined;

  function isPending(topic: string, partition: number): boolean {
    return requireStable && pending.has(groupId, topic, partition);
  }

  function answer(topic: string, topicId: Uuid, partition: number, offset: CommittedOffset | undefined) {
    if (isPending(topic, partition)) return withoutOffset(partition, ErrorCode.UNSTABLE_OFFSET_COMMIT);
    if (offset === undefined || isOfAnother(topicId, offset.topicId)) return withoutOffset(partition, ErrorCode.NONE);
    return withOffset(offset);
  }

  function topicIdOf(topic: string): Uuid {
    return topics.byName(topic)?.id ?? ZERO_UUID;
  }

  if (request.topics !== null) {
    const answers = request.topics.map(({ name, topicId, partitionIndexes }) => {
      const offsets = byTopic?.get(name);
      const id = topicId === ZERO_UUID ? topicIdOf(name) : topicId;
      const partitions = partitionIndexes.map((partition) => answer(name, id, partition, offsets?.get(partition)));
      return { name, topicId, partitions };
    });
    return { groupId, topics: answers };
  }

  // A partition whose first offset is still pending is left out, as in Kafka.
  const answers: { name: string; partitions: OffsetFetchResponsePartitionsInput[] }[] = [];
  for (const [name, offsets] of byTopic ?? []) {
    const id = topicIdOf(name);
    const partitions: OffsetFetchResponsePartitionsInput[] = [];
    for (const offset of offsets.values()) {
      if (!isOfAnother(id, offset.topicId)) partitions.push(answer(name, id, offset.partition, offset));
    }
    if (partitions.length > 0) answers.push({ name, partitions });
  }
  return { groupId, topics: answers };
}

export function fetchFailure(
  request: OffsetFetchRequestGroup,
  errorCode: number,
  apiVersion: number,
): OffsetFetchResponseGroupInput {
  const { groupId } = request;
  if (apiVersion >= GROUP_ERROR_VERSION_MIN) return { groupId, errorCode, topics: [] };
  const topics = (request.topics ?? []).map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partition) => withoutOffset(partition, errorCode)),
  }));
  return { groupId, topics };
}

/**
 * Of a topic that was deleted, while another has its name now. Their tombstones may not have come (a crash between the
 * two), and a consumer must not skip the new topic's records.
 */
function isOfAnother(topicId: Uuid, offsetsTopicId: Uuid): boolean {
  return topicId !== ZERO_UUID && offsetsTopicId !== ZERO_UUID && topicId !== offsetsTopicId;
}

function withOffset(offset: CommittedOffset): OffsetFetchResponsePartitionsInput {
  return {
    partitionIndex: offset.partition,
    committedOffset: offset.offset,
    committedLeaderEpoch: offset.leaderEpoch,
    metadata: offset.metadata,
    errorCode: ErrorCode.NONE,
  };
}

function withoutOffset(partitionIndex: number, errorCode: number): OffsetFetchResponsePartitionsInput {
  return { partitionIndex, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode };
}
