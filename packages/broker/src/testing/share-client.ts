import { ErrorCode } from '@sluice/protocol/generated/errors';
import { findCoordinatorRequestCodec } from '@sluice/protocol/generated/messages/find-coordinator-request';
import { findCoordinatorResponseCodec } from '@sluice/protocol/generated/messages/find-coordinator-response';
import { initializeShareGroupStateRequestCodec } from '@sluice/protocol/generated/messages/initialize-share-group-state-request';
import { initializeShareGroupStateResponseCodec } from '@sluice/protocol/generated/messages/initialize-share-group-state-response';
import { readShareGroupStateSummaryRequestCodec } from '@sluice/protocol/generated/messages/read-share-group-state-summary-request';
import { readShareGroupStateSummaryResponseCodec } from '@sluice/protocol/generated/messages/read-share-group-state-summary-response';
import { shareAcknowledgeRequestCodec } from '@sluice/protocol/generated/messages/share-acknowledge-request';
import { shareAcknowledgeResponseCodec } from '@sluice/protocol/generated/messages/share-acknowledge-response';
import {
  type ShareFetchRequestInput,
  shareFetchRequestCodec,
} from '@sluice/protocol/generated/messages/share-fetch-request';
import {
  type ShareFetchResponse,
  shareFetchResponseCodec,
} from '@sluice/protocol/generated/messages/share-fetch-response';
import { isBatchError } from '@sluice/protocol/records/batch-error';
import { readRecords } from '@sluice/protocol/records/read-records';
import { walkBatches } from '@sluice/protocol/records/walk-batches';
import type { TestClient } from './test-client.ts';

export const SHARE_FETCH = { request: shareFetchRequestCodec, response: shareFetchResponseCodec };
export const SHARE_ACKNOWLEDGE = { request: shareAcknowledgeRequestCodec, response: shareAcknowledgeResponseCodec };
const INITIALIZE = { request: initializeShareGroupStateRequestCodec, response: initializeShareGroupStateResponseCodec };

const READ_SUMMARY = {
  request: readShareGroupStateSummaryRequestCodec,
  response: readShareGroupStateSummaryResponseCodec,
};
/** FindCoordinator makes the topic that keeps the state. */
const FIND_COORDINATOR = { request: findCoordinatorRequestCodec, response: findCoordinatorResponseCodec };
const SHARE_KEY_TYPE = 2;

const VERSION = 2;

/** Begins a group's state of a topic, as its coordinator does before it assigns the topic. */
export async function beginShareState(
  client: TestClient,
  groupId: string,
  topicId: string,
  options: BeginOptions = {},
) {
  const { partitionCount = 1, startOffset = 0, stateEpoch = 0 } = options;
  const partitions = Array.from({ length: partitionCount }, (_, partition) => ({ partition, stateEpoch, startOffset }));
  await client.ask(FIND_COORDINATOR, 6, { keyType: SHARE_KEY_TYPE, coordinatorKeys: [`${groupId}:${topicId}:0`] });
  for (;;) {
    const { results } = await client.ask(INITIALIZE, 0, { groupId, topics: [{ topicId, partitions }] });
    const errorCode = results[0]?.partitions[0]?.errorCode;
    if (errorCode === ErrorCode.NONE) return;
    if (!RETRIABLE.has(errorCode ?? ErrorCode.NONE)) throw new Error(`InitializeShareGroupState: ${errorCode}`);
  }
}

const RETRIABLE: ReadonlySet<number> = new Set([
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
]);

/** The start offset of partition 0 that the share coordinator knows. */
export async function writtenStart(client: TestClient, { groupId, topicId }: ShareMember): Promise<number | undefined> {
  const { results } = await client.ask(READ_SUMMARY, 0, {
    groupId,
    topics: [{ topicId, partitions: [{ partition: 0, leaderEpoch: -1 }] }],
  });
  return results[0]?.partitions[0]?.startOffset;
}

interface BeginOptions {
  readonly partitionCount?: number;
  /** −1: the group's setting decides. */
  readonly startOffset?: number;
  readonly stateEpoch?: number;
}

export interface ShareMember {
  readonly client: TestClient;
  readonly groupId: string;
  readonly memberId: string;
  readonly topicId: string;
}

export interface ShareFetchOptions extends Partial<ShareFetchRequestInput> {
  readonly epoch: number;
  /** Named in the request; none if left out in later requests of a session. */
  readonly partitions?: readonly number[];
  readonly acknowledgements?: readonly Acknowledged[];
}

/** First and last offset, and the types. */
export type Acknowledged = readonly [number, number, readonly number[]];

export function shareFetch(member: ShareMember, options: ShareFetchOptions): Promise<ShareFetchResponse> {
  const { epoch, partitions = epoch === 0 ? [0] : [], acknowledgements = [], ...rest } = options;
  const named = acknowledgements.length > 0 ? new Set([0, ...partitions]) : new Set(partitions);
  const ofTopic = [...named].map((partitionIndex) => ({
    partitionIndex,
    acknowledgementBatches: partitionIndex === 0 ? acknowledgements.map(toBatch) : [],
  }));
  return member.client.ask(SHARE_FETCH, VERSION, {
    groupId: member.groupId,
    memberId: member.memberId,
    shareSessionEpoch: epoch,
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1_000_000,
    maxRecords: 500,
    batchSize: 500,
    topics: ofTopic.length === 0 ? [] : [{ topicId: member.topicId, partitions: ofTopic }],
    forgottenTopicsData: [],
    ...rest,
  });
}

/** Of partition 0; gives the top-level error, else the partition's. */
export async function shareAcknowledge(
  { client, groupId, memberId, topicId }: ShareMember,
  epoch: number,
  acknowledgements: readonly Acknowledged[],
  isRenewAck = false,
): Promise<number> {
  const partitions = [{ partitionIndex: 0, acknowledgementBatches: acknowledgements.map(toBatch) }];
  const { errorCode, responses } = await client.ask(SHARE_ACKNOWLEDGE, VERSION, {
    groupId,
    memberId,
    shareSessionEpoch: epoch,
    isRenewAck,
    topics: acknowledgements.length === 0 ? [] : [{ topicId, partitions }],
  });
  return errorCode === 0 ? (responses[0]?.partitions[0]?.errorCode ?? 0) : errorCode;
}

function toBatch([firstOffset, lastOffset, acknowledgeTypes]: Acknowledged) {
  return { firstOffset, lastOffset, acknowledgeTypes: [...acknowledgeTypes] };
}

/** `partition: first–last×count … = values of the acquired records`, or its errors. */
export function shownShares({ errorCode, responses }: ShareFetchResponse): string[] {
  if (errorCode !== ErrorCode.NONE) return [`error ${errorCode}`];
  return responses.flatMap(({ partitions }) =>
    partitions.map((partition) => {
      const { partitionIndex, acquiredRecords, acknowledgeErrorCode } = partition;
      const acquired = acquiredRecords.map((each) => `${each.firstOffset}–${each.lastOffset}×${each.deliveryCount}`);
      const isAcquired = (offset: number) =>
        acquiredRecords.some(({ firstOffset, lastOffset }) => offset >= firstOffset && offset <= lastOffset);
      const values = valuesOf(partition.records, isAcquired);
      const parts = [`${partitionIndex}:`, ...acquired];
      if (values.length > 0) parts.push('=', ...values);
      if (partition.errorCode !== 0) parts.push(`error ${partition.errorCode}`);
      if (acknowledgeErrorCode !== 0) parts.push(`acknowledge error ${acknowledgeErrorCode}`);
      return parts.join(' ');
    }),
  );
}

function valuesOf(buffer: Buffer, isAcquired: (offset: number) => boolean): string[] {
  const values: string[] = [];
  for (const span of walkBatches(buffer)) {
    if (span.kind !== 'batch') continue;
    const records = readRecords(buffer, span.position);
    if (isBatchError(records)) throw new Error(records.kind);
    for (const { offset, value } of records) if (isAcquired(offset)) values.push(String(value));
  }
  return values;
}
