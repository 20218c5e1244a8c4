import { shareAcknowledgeRequestCodec } from '@sluice/protocol/generated/messages/share-acknowledge-request';
import {
  type ShareAcknowledgeResponse,
  shareAcknowledgeResponseCodec,
} from '@sluice/protocol/generated/messages/share-acknowledge-response';
import { shareFetchRequestCodec } from '@sluice/protocol/generated/messages/share-fetch-request';
import {
  type ShareFetchResponse,
  shareFetchResponseCodec,
} from '@sluice/protocol/generated/messages/share-fetch-response';
import type { Broker } from '../broker.ts';
import { type SharedPartition, sharedPartitionKey } from './acknowledgement.ts';
import { acknowledgementTopics } from './acknowledgement-batches.ts';
import { UnsupportedApiError } from './errors.ts';
import type { AcquireMode } from './options.ts';
import type { Taken } from './pending-acknowledgements.ts';

const SHARE_FETCH = { request: shareFetchRequestCodec, response: shareFetchResponseCodec };
const SHARE_ACKNOWLEDGE = { request: shareAcknowledgeRequestCodec, response: shareAcknowledgeResponseCodec };
/** Acquire modes (KIP-1206) and renewed locks (KIP-1222): Kafka 4.2. */
const MODES_AND_RENEWALS_FROM = 2;
const ACQUIRE_MODES: Readonly<Record<AcquireMode, number>> = { batch_optimized: 0, record_limit: 1 };

export interface FetchSettings {
  readonly acquireMode: AcquireMode;
  readonly recordCountMax: number;
  readonly sizeBytesMin: number;
  readonly sizeBytesMax: number;
  readonly maxWaitMs: number;
}

interface SessionRequest {
  readonly groupId: string;
  readonly memberId: string;
  readonly epoch: number;
  readonly taken: Taken;
}

interface FetchRequest extends SessionRequest {
  readonly settings: FetchSettings;
  /** Beyond the wait that the settings allow. */
  readonly timeoutMs: number;
  readonly added: readonly SharedPartition[];
  readonly forgotten: readonly SharedPartition[];
}

/** Fails with `ClientError`, or with `UnsupportedApiError` where the broker is too old for the settings. */
export async function sendShareFetch(broker: Broker, request: FetchRequest): Promise<ShareFetchResponse> {
  const { settings, taken, added, forgotten } = request;
  checkVersion(broker, settings);
  const build = (version: number) => ({
    groupId: request.groupId,
    memberId: request.memberId,
    shareSessionEpoch: request.epoch,
    maxWaitMs: Math.floor(settings.maxWaitMs),
    minBytes: settings.sizeBytesMin,
    maxBytes: settings.sizeBytesMax,
    maxRecords: settings.recordCountMax,
    batchSize: settings.recordCountMax,
    ...(version >= MODES_AND_RENEWALS_FROM ? { shareAcquireMode: ACQUIRE_MODES[settings.acquireMode] } : {}),
    topics: acknowledgementTopics([...taken.partitions, ...silent(added, taken)]),
    forgottenTopicsData: [...Map.groupBy(forgotten, ({ topicId }) => topicId)].map(([topicId, ofTopic]) => ({
      topicId,
      partitions: ofTopic.map(({ partition }) => partition),
    })),
  });
  return await broker.request(SHARE_FETCH, build, { timeoutMs: request.timeoutMs + settings.maxWaitMs });
}

function checkVersion(broker: Broker, { acquireMode }: FetchSettings): void {
  const version = broker.versionOf(SHARE_FETCH);
  if (version === undefined) throw new UnsupportedApiError(`${broker.address} has no share groups`);
  if (version < MODES_AND_RENEWALS_FROM && acquireMode !== 'batch_optimized') {
    throw new UnsupportedApiError(`${broker.address} has no acquire mode ${acquireMode}; Kafka has it from 4.2 on`);
  }
}

/** Named without a word on their records, unless they are named already. */
function silent(added: readonly SharedPartition[], { partitions }: Taken) {
  const named = new Set(partitions.map(({ place }) => sharedPartitionKey(place)));
  return added.flatMap((place) => (named.has(sharedPartitionKey(place)) ? [] : [{ place, acknowledgements: [] }]));
}

/** Fails with `ClientError`. */
export async function sendShareAcknowledge(
  broker: Broker,
  { groupId, memberId, epoch, taken }: SessionRequest,
): Promise<ShareAcknowledgeResponse> {
  return await broker.request(SHARE_ACKNOWLEDGE, () => ({
    groupId,
    memberId,
    shareSessionEpoch: epoch,
    ...(taken.hasRenewals ? { isRenewAck: true } : {}),
    topics: acknowledgementTopics(taken.partitions),
  }));
}

export function knowsRenewals(broker: Broker): boolean {
  return (broker.versionOf(SHARE_ACKNOWLEDGE) ?? 0) >= MODES_AND_RENEWALS_FROM;
}
