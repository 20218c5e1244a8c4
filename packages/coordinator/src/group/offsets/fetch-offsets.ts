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

/** Offsets that one step reads: a group may have a million, and others are to have their turn in between. */
export const FETCH_SLICE_OFFSETS_MAX = 10_000;
const READ_AT_ONCE = 1000;

/** From it on a group has an error of its own; before it, it is the response's. */
const SEVERAL_GROUPS_FROM = 8;

export interface FetchableOffsets {
  readonly committed: CommittedOffsets;
  readonly pending: PendingOffsets;
  readonly topics: TopicsView;
}

/** Why there is nothing to read. A group that does not exist has no offsets: that is no error. */
export function fetchError(
  request: OffsetFetchRequestGroup,
  group: Group | undefined,
  apiVersion: number,
): OffsetFetchResponseGroupInput | undefined {
  const errorCode = group?.offsetFetchError(request.memberId, request.memberEpoch) ?? ErrorCode.NONE;
  const isFailure = errorCode !== ErrorCode.NONE && errorCode !== ErrorCode.GROUP_ID_NOT_FOUND;
  return isFailure ? fetchFailure(request, errorCode, apiVersion) : undefined;
}

/** A group's offsets on their way into an answer: each is as it is when it is read. */
export interface OffsetsFetch {
  /** Reads so many more; true when all are read. */
  advance(countMax: number): boolean;
  readonly response: OffsetFetchResponseGroupInput;
}

export function beginFetch(
  { groupId, topics: requested }: OffsetFetchRequestGroup,
  { committed, pending, topics }: FetchableOffsets,
  requireStable: boolean,
): OffsetsFetch {
  const answers: TopicAnswer[] = [];
  const reading = requested === null ? readAll() : readRequested(requested);

  function answer(topic: string, topicId: Uuid, partition: number, offset: CommittedOffset | undefined) {
    const isPending = requireStable && pending.has(groupId, topic, partition);
    if (isPending) return withoutOffset(partition, ErrorCode.UNSTABLE_OFFSET_COMMIT);
    if (offset === undefined || isOfAnother(topicId, offset.topicId)) return withoutOffset(partition, ErrorCode.NONE);
    return withOffset(offset);
  }

  function topicIdOf(topic: string): Uuid {
    return topics.byName(topic)?.id ?? ZERO_UUID;
  }

  /** Says how many offsets it has read since it last did. */
  function* readRequested(all: NonNullable<OffsetFetchRequestGroup['topics']>): Generator<number, void> {
    for (const { name, topicId, partitionIndexes } of all) {
      const id = topicId === ZERO_UUID ? topicIdOf(name) : topicId;
      const partitions: OffsetFetchResponsePartitionsInput[] = [];
      answers.push({ name, topicId, partitions });
      for (const partition of partitionIndexes) {
        partitions.push(answer(name, id, partition, committed.get(groupId, name, partition)));
        yield 1;
      }
    }
  }

  /** A partition whose first offset is still pending is left out, as in Kafka. */
  function* readAll(): Generator<number, void> {
    // Topics and partitions may come and go between two slices.
    for (const name of [...(committed.ofGroup(groupId)?.keys() ?? [])]) {
      const id = topicIdOf(name);
      const partitions: OffsetFetchResponsePartitionsInput[] = [];
      for (let from = Number.NEGATIVE_INFINITY, count = READ_AT_ONCE; count === READ_AT_ONCE; ) {
        count = 0;
        for (const offset of committed.ofGroup(groupId)?.get(name)?.values(from) ?? []) {
          if (!isOfAnother(id, offset.topicId)) partitions.push(answer(name, id, offset.partition, offset));
          from = offset.partition + 1;
          count++;
          if (count === READ_AT_ONCE) break;
        }
        yield count;
      }
      if (partitions.length > 0) answers.push({ name, partitions });
    }
  }

  return {
    advance(countMax) {
      for (let left = countMax; left > 0; ) {
        const read = reading.next();
        if (read.done === true) return true;
        left -= read.value;
      }
      return false;
    },
    response: { groupId, topics: answers },
  };
}

/**
 * Versions 2 to 7 have the error once for all, where Kafka names no partition. aiokafka does not look there: it takes what is
 * not named for not committed, and begins at `auto_offset_reset`. So the partitions have it too.
 */
export function fetchFailure(
  request: OffsetFetchRequestGroup,
  errorCode: number,
  apiVersion: number,
): OffsetFetchResponseGroupInput {
  const { groupId } = request;
  if (apiVersion >= SEVERAL_GROUPS_FROM) return { groupId, errorCode, topics: [] };
  const topics = (request.topics ?? []).map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partition) => withoutOffset(partition, errorCode)),
  }));
  return { groupId, errorCode, topics };
}

/**
 * Of a topic that was deleted, while another has its name now. Their tombstones may not have come (a crash between the
 * two), and a consumer must not skip the new topic's records.
 */
function isOfAnother(topicId: Uuid, offsetsTopicId: Uuid): boolean {
  return topicId !== ZERO_UUID && offsetsTopicId !== ZERO_UUID && topicId !== offsetsTopicId;
}

interface TopicAnswer {
  readonly name: string;
  readonly topicId?: Uuid;
  readonly partitions: OffsetFetchResponsePartitionsInput[];
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
