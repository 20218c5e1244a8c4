import type { Broker } from '@sluice/client/broker';
import { deleteRecordsRequestCodec } from '@sluice/protocol/generated/messages/delete-records-request';
import { deleteRecordsResponseCodec } from '@sluice/protocol/generated/messages/delete-records-response';
import { describeShareGroupOffsetsRequestCodec } from '@sluice/protocol/generated/messages/describe-share-group-offsets-request';
import { describeShareGroupOffsetsResponseCodec } from '@sluice/protocol/generated/messages/describe-share-group-offsets-response';
import { shareAcknowledgeRequestCodec } from '@sluice/protocol/generated/messages/share-acknowledge-request';
import { shareAcknowledgeResponseCodec } from '@sluice/protocol/generated/messages/share-acknowledge-response';
import { shareFetchRequestCodec } from '@sluice/protocol/generated/messages/share-fetch-request';
import { shareFetchResponseCodec } from '@sluice/protocol/generated/messages/share-fetch-response';
import { shareGroupHeartbeatRequestCodec } from '@sluice/protocol/generated/messages/share-group-heartbeat-request';
import { shareGroupHeartbeatResponseCodec } from '@sluice/protocol/generated/messages/share-group-heartbeat-response';
import { JOBS, TALLY } from './world.ts';

const HEARTBEAT = { request: shareGroupHeartbeatRequestCodec, response: shareGroupHeartbeatResponseCodec };
const FETCH = { request: shareFetchRequestCodec, response: shareFetchResponseCodec };
const ACKNOWLEDGE = { request: shareAcknowledgeRequestCodec, response: shareAcknowledgeResponseCodec };
const DESCRIBE = { request: describeShareGroupOffsetsRequestCodec, response: describeShareGroupOffsetsResponseCodec };
const DELETE_RECORDS = { request: deleteRecordsRequestCodec, response: deleteRecordsResponseCodec };

export interface MemberOf {
  readonly groupId: string;
  readonly memberId: string;
}

export interface SharePlace {
  readonly topicId: string;
  readonly partition: number;
}

/** One type for each offset from the first on. */
export interface Acknowledging extends SharePlace {
  readonly firstOffset: number;
  readonly types: readonly number[];
}

export function heartbeat(broker: Broker, member: MemberOf, memberEpoch: number) {
  const subscribedTopicNames = memberEpoch === 0 ? [JOBS, TALLY] : null;
  return broker.request(HEARTBEAT, () => ({ ...member, memberEpoch, subscribedTopicNames }));
}

export interface FetchOf {
  readonly epoch: number;
  readonly places: readonly SharePlace[];
  readonly acknowledgements: readonly Acknowledging[];
  readonly recordCountMax: number;
  /** Exactly so many at most, instead of whole batches. */
  readonly isStrict: boolean;
  readonly waitMs: number;
}

export function fetch(broker: Broker, member: MemberOf, what: FetchOf) {
  return broker.request(FETCH, () => ({
    ...member,
    shareSessionEpoch: what.epoch,
    maxWaitMs: what.waitMs,
    minBytes: 1,
    maxBytes: 1_000_000,
    maxRecords: what.recordCountMax,
    batchSize: what.recordCountMax,
    shareAcquireMode: what.isStrict ? 1 : 0,
    isRenewAck: what.acknowledgements.some(({ types }) => types.includes(4)),
    topics: topicsOf(what.places, what.acknowledgements),
    forgottenTopicsData: [],
  }));
}

export function acknowledge(
  broker: Broker,
  member: MemberOf,
  epoch: number,
  acknowledgements: readonly Acknowledging[],
) {
  return broker.request(ACKNOWLEDGE, () => ({
    ...member,
    shareSessionEpoch: epoch,
    isRenewAck: acknowledgements.some(({ types }) => types.includes(4)),
    topics: topicsOf([], acknowledgements),
  }));
}

function topicsOf(places: readonly SharePlace[], acknowledgements: readonly Acknowledging[]) {
  const topics = new Map<string, Map<number, Acknowledging[]>>();
  const at = ({ topicId, partition }: SharePlace) => {
    const partitions = topics.get(topicId) ?? new Map<number, Acknowledging[]>();
    topics.set(topicId, partitions);
    const batches = partitions.get(partition) ?? [];
    partitions.set(partition, batches);
    return batches;
  };
  for (const place of places) at(place);
  for (const one of acknowledgements) at(one).push(one);
  return [...topics].map(([topicId, partitions]) => ({
    topicId,
    partitions: [...partitions].map(([partitionIndex, batches]) => ({
      partitionIndex,
      acknowledgementBatches: batches
        .toSorted((one, other) => one.firstOffset - other.firstOffset)
        .map(({ firstOffset, types }) => ({
          firstOffset,
          lastOffset: firstOffset + types.length - 1,
          acknowledgeTypes: [...types],
        })),
    })),
  }));
}

export async function describeOffsets(broker: Broker, groupId: string) {
  const { groups } = await broker.request(DESCRIBE, () => ({ groups: [{ groupId, topics: null }] }));
  const [group] = groups;
  if (group === undefined || group.errorCode !== 0) return [];
  return group.topics.flatMap(({ topicName, partitions }) =>
    partitions
      .filter(({ errorCode }) => errorCode === 0)
      .map(({ partitionIndex, startOffset, lag }) => ({
        topic: topicName,
        partition: partitionIndex,
        startOffset,
        lag,
      })),
  );
}

export async function deleteRecords(broker: Broker, topic: string, partition: number, offset: number) {
  const { topics } = await broker.request(DELETE_RECORDS, () => ({
    topics: [{ name: topic, partitions: [{ partitionIndex: partition, offset }] }],
    timeoutMs: 10_000,
  }));
  return topics[0]?.partitions[0]?.errorCode ?? -1;
}
