/*
 * ListOffsets (2), versions 1–11.
 *
 * - A time gives the first record at or after it, also within a compressed batch; specials are negative times.
 * - Nothing beyond what the isolation level lets the client see.
 * - v2: isolation level. v4: leader epochs (KIP-320). v7: max timestamp (KIP-734). v8: earliest local (KIP-405).
 *   v9: latest tiered (KIP-1005). v10: timeout of remote look-ups (KIP-1075). v11: earliest pending upload (KIP-1023).
 */
import type { LeaderEpoch, Offset } from '@sluice/kernel/ids';
import type { OffsetQuery } from '@sluice/log/partition-log';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { listOffsetsRequestCodec } from '@sluice/protocol/generated/messages/list-offsets-request';
import { listOffsetsResponseCodec } from '@sluice/protocol/generated/messages/list-offsets-response';
import { defineApi } from '../define-api.ts';
import { checkReadable, type HostedPartition, isHosted, type Partitions } from '../partitions/hosted-partition.ts';

const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;
const LEADER_EPOCH_FROM = 4;
/** Replica ids below 0 are consumers. */
const CONSUMER_ID_MAX = -1;

const Special = {
  LATEST: -1,
  EARLIEST: -2,
  MAX_TIMESTAMP: -3,
  EARLIEST_LOCAL: -4,
  LATEST_TIERED: -5,
  EARLIEST_PENDING_UPLOAD: -6,
} as const;

/** The first version in which a special may be asked. */
const SPECIAL_FROM: ReadonlyMap<number, number> = new Map([
  [Special.MAX_TIMESTAMP, 7],
  [Special.EARLIEST_LOCAL, 8],
  [Special.LATEST_TIERED, 9],
  [Special.EARLIEST_PENDING_UPLOAD, 11],
]);

interface PartitionQuery {
  readonly partitionIndex: number;
  readonly currentLeaderEpoch: number;
  readonly timestamp: number;
}

export function listOffsetsApi({ partitions }: { partitions: Partitions }) {
  async function answer(topic: string, query: PartitionQuery, isCommittedOnly: boolean, version: number) {
    const { partitionIndex, timestamp } = query;
    if (version < (SPECIAL_FROM.get(timestamp) ?? 0)) return nothing(partitionIndex, ErrorCode.UNSUPPORTED_VERSION);
    const lookup = checkReadable(partitions.byName(topic, partitionIndex), query.currentLeaderEpoch);
    if (!isHosted(lookup)) return nothing(partitionIndex, lookup.errorCode);
    // Nothing is tiered: no offset, no error.
    if (timestamp === Special.LATEST_TIERED || timestamp === Special.EARLIEST_PENDING_UPLOAD) {
      return nothing(partitionIndex, ErrorCode.NONE);
    }
    const asked = toQuery(timestamp, isCommittedOnly);
    if (asked === undefined) return nothing(partitionIndex, ErrorCode.UNSUPPORTED_VERSION);
    const found = await lookup.log.offsetForTimestamp(asked);
    const isHidden =
      asked.kind === 'time' && found !== undefined && found.offset >= visibleEnd(lookup, isCommittedOnly);
    if (found === undefined || isHidden) return nothing(partitionIndex, ErrorCode.NONE);
    return {
      partitionIndex,
      errorCode: ErrorCode.NONE,
      timestamp: found.timestampMs,
      offset: found.offset,
      leaderEpoch: version >= LEADER_EPOCH_FROM ? epochOf(lookup, asked, found.leaderEpoch) : -1,
    };
  }

  return defineApi({
    request: listOffsetsRequestCodec,
    response: listOffsetsResponseCodec,
    async handle(request, { apiVersion }) {
      const { isolationLevel, replicaId } = request;
      const isCommittedOnly = isolationLevel === READ_COMMITTED && replicaId <= CONSUMER_ID_MAX;
      const isKnownLevel = isolationLevel === READ_COMMITTED || isolationLevel === READ_UNCOMMITTED;
      const topics = [];
      for (const [name, queries] of byTopic(request.topics)) {
        const answers = [];
        for (const { query, isRepeated } of queries.values()) {
          if (!isKnownLevel) answers.push(nothing(query.partitionIndex, ErrorCode.UNKNOWN_SERVER_ERROR));
          else if (isRepeated) answers.push(nothing(query.partitionIndex, ErrorCode.INVALID_REQUEST));
          else answers.push(await answer(name, query, isCommittedOnly, apiVersion));
        }
        topics.push({ name, partitions: answers });
      }
      return { topics };
    },
  });
}

function toQuery(timestamp: number, isCommittedOnly: boolean): OffsetQuery | undefined {
  switch (timestamp) {
    case Special.LATEST:
      return { kind: isCommittedOnly ? 'latest-stable' : 'latest' };
    case Special.EARLIEST:
      return { kind: 'earliest' };
    case Special.MAX_TIMESTAMP:
      return { kind: 'max-timestamp' };
    case Special.EARLIEST_LOCAL:
      return { kind: 'earliest-local' };
    default:
      return timestamp < 0 ? undefined : { kind: 'time', timestampMs: timestamp };
  }
}

/** The end belongs to the leader's epoch, and so does all of a log in which no batch shows one. */
function epochOf(hosted: HostedPartition, { kind }: OffsetQuery, found: LeaderEpoch): LeaderEpoch {
  return found < 0 || kind === 'latest' || kind === 'latest-stable' ? hosted.leaderEpoch : found;
}

function visibleEnd({ log }: HostedPartition, isCommittedOnly: boolean): Offset {
  return isCommittedOnly ? log.lastStableOffset : log.highWatermark;
}

function nothing(partitionIndex: number, errorCode: number) {
  return { partitionIndex, errorCode, timestamp: -1, offset: -1, leaderEpoch: -1 };
}

interface Asked {
  readonly query: PartitionQuery;
  isRepeated: boolean;
}

/** Each partition once, with whether it was asked for again; topics without partitions are left out. */
function byTopic(topics: readonly { readonly name: string; readonly partitions: readonly PartitionQuery[] }[]) {
  const asked = new Map<string, Map<number, Asked>>();
  for (const { name, partitions } of topics) {
    for (const query of partitions) {
      const ofTopic = asked.get(name) ?? new Map<number, Asked>();
      const before = ofTopic.get(query.partitionIndex);
      if (before === undefined) ofTopic.set(query.partitionIndex, { query, isRepeated: false });
      else before.isRepeated = true;
      asked.set(name, ofTopic);
    }
  }
  return asked;
}
