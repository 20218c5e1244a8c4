/*
 * ShareFetch (78), versions 1–2.
 *
 * - Acquires records for a member of a share group (KIP-932); what it says of earlier ones comes first, and is written
 *   before the answer leaves.
 * - Sessions: epoch 0 opens one, −1 ends it and lets go what the member holds, others must follow each other. A session
 *   ends with its connection.
 * - Whole record batches, also past the maximum of records; v2: or never more than the maximum (KIP-1206).
 * - Too little: it waits for appends, and for records that others let go or lose; where no minimum is asked for, only until
 *   the partitions are begun and not all of their records are locked.
 * - v2: renews locks (KIP-1222), then nothing is fetched.
 */
import type { AcquireMode } from '@sluice/coordinator/share-partition/acquire';
import type { Clock } from '@sluice/kernel/clock';
import type { Uuid } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import {
  type ShareFetchRequest,
  shareFetchRequestCodec,
} from '@sluice/protocol/generated/messages/share-fetch-request';
import {
  type PartitionDataInput,
  type ShareFetchResponseInput,
  shareFetchResponseCodec,
} from '@sluice/protocol/generated/messages/share-fetch-response';
import { Answer, defineApi } from '../define-api.ts';
import { checkReadable, isHosted, type Partitions } from '../partitions/hosted-partition.ts';
import type { RequestInfo } from '../request.ts';
import { type CurrentLeaders, NO_LEADER } from '../share/current-leader.ts';
import { rotate } from '../share/rotate.ts';
import { type AcknowledgedPartition, acknowledgeAll } from '../share/share-acknowledgements.ts';
import { fetchShared, type ShareFetched, type ShareFetchResult } from '../share/share-fetch.ts';
import { isMemberId } from '../share/share-member-id.ts';
import type { SharePartitions } from '../share/share-partitions.ts';
import { partitionKey, type ShareSession, selectShown, type TopicIdPartition } from '../share/share-session.ts';
import type { OpenedSession, ShareSessions } from '../share/share-sessions.ts';
import type { ShareSettings } from '../share/share-settings.ts';

const RENEW_FROM = 2;
const ACQUIRE_MODES: readonly AcquireMode[] = ['batch-optimized', 'record-limit'];

export interface ShareFetchServices {
  /** The cluster has share groups. */
  isEnabled(): boolean;
  readonly partitions: Partitions;
  readonly shares: SharePartitions;
  readonly sessions: ShareSessions;
  readonly settings: ShareSettings;
  readonly currentLeaders: CurrentLeaders;
  readonly clock: Clock;
  /** `fetch.max.bytes` */
  readonly fetchSizeBytesMax: number;
  onStopping(stop: () => void): () => void;
}

const NOTHING: ShareFetchResult = { fetched: [], release() {} };

export function shareFetchApi(services: ShareFetchServices) {
  const { isEnabled, partitions, shares, sessions, settings, currentLeaders, clock, fetchSizeBytesMax, onStopping } =
    services;

  function open(request: ShareFetchRequest, groupId: string, memberId: string, connectionId: string): OpenedSession {
    return sessions.openFetch({
      groupId,
      memberId,
      epoch: request.shareSessionEpoch,
      connectionId,
      fetched: request.topics.flatMap(({ topicId, partitions: ofTopic }) =>
        ofTopic.map(({ partitionIndex }) => ({ topicId, partition: partitionIndex })),
      ),
      forgotten: request.forgottenTopicsData.flatMap(({ topicId, partitions: ofTopic }) =>
        ofTopic.map((partition) => ({ topicId, partition })),
      ),
      hasAcknowledgements: hasAcknowledgements(request),
    });
  }

  function lookUp({ topicId, partition }: TopicIdPartition) {
    return checkReadable(partitions.byId(topicId, partition), -1);
  }

  /** Partitions of the session that exist are fetched; the others stand in the answer with their errors. */
  async function fetch(request: ShareFetchRequest, session: ShareSession): Promise<ShareFetchResult> {
    const refused: ShareFetched[] = [];
    const known: TopicIdPartition[] = [];
    for (const { topicId, partition } of session.partitions.values()) {
      const found = partitions.byId(topicId, partition);
      const errorCode = isHosted(found) ? ErrorCode.NONE : found.errorCode;
      if (UNKNOWN.has(errorCode)) refused.push(failed({ topicId, partition }, errorCode));
      else known.push({ topicId, partition });
    }
    const sizeBytesMax = Math.min(request.maxBytes, fetchSizeBytesMax);
    if (known.length === 0 || request.maxRecords === 0 || sizeBytesMax === 0) return { ...NOTHING, fetched: refused };
    const result = await fetchShared(
      {
        groupId: session.groupId,
        memberId: session.memberId,
        partitions: rotate(known, request.shareSessionEpoch),
        waitMsMax: request.maxWaitMs,
        sizeBytesMin: Math.min(request.minBytes, sizeBytesMax),
        sizeBytesMax,
        recordCountMax: request.maxRecords,
        batchSize: request.batchSize,
        mode: ACQUIRE_MODES[request.shareAcquireMode] ?? 'batch-optimized',
      },
      {
        clock,
        lookUp: (target) => lookUp(target),
        open: shares.open,
        onEnding(end) {
          session.waiting.add(end);
          const stopListening = onStopping(end);
          return () => {
            session.waiting.delete(end);
            stopListening();
          };
        },
      },
    );
    return { ...result, fetched: [...result.fetched, ...refused] };
  }

  async function waitToRefuse(waitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = clock.setTimer(Math.max(0, waitMs), resolve);
    const stopListening = onStopping(resolve);
    await promise;
    timer.cancel();
    stopListening();
  }

  return defineApi({
    request: shareFetchRequestCodec,
    response: shareFetchResponseCodec,
    async handle(request: ShareFetchRequest, { apiVersion, peer }: RequestInfo) {
      const { groupId, memberId } = request;
      const knowsRenew = apiVersion >= RENEW_FROM;
      const isRenewAck = knowsRenew && request.isRenewAck;
      if (!isEnabled()) return refuse(ErrorCode.UNSUPPORTED_VERSION);
      if (groupId === null || !isMemberId(memberId)) return refuse(ErrorCode.INVALID_REQUEST);
      if (isRenewAck && asksForRecords(request)) return refuse(ErrorCode.INVALID_REQUEST);
      const opened = open(request, groupId, memberId, peer.connectionId);
      if (opened.kind === 'refused') {
        // Else members that cannot be served would ask again and again.
        if (opened.errorCode === ErrorCode.SHARE_SESSION_LIMIT_REACHED) await waitToRefuse(request.maxWaitMs);
        return refuse(opened.errorCode);
      }
      const { kind, session, epoch } = opened;
      const acknowledging = hasAcknowledgements(request)
        ? acknowledgeAll(request.topics, { groupId, memberId, knowsRenew, isRenewAck }, { shares, partitions })
        : [];
      const isFetching = kind !== 'final' && !isRenewAck;
      if (isFetching && session.partitions.size > 0 && ACQUIRE_MODES[request.shareAcquireMode] === undefined) {
        await acknowledging;
        return refuse(ErrorCode.UNKNOWN_SERVER_ERROR);
      }
      const fetching = isFetching ? fetch(request, session) : NOTHING;
      const [{ fetched, release }, acknowledged] = await Promise.all([fetching, acknowledging]);
      if (kind === 'final') sessions.end(session);
      if (kind === 'incremental' && session.epoch !== epoch) {
        release();
        return refuse(ErrorCode.INVALID_SHARE_SESSION_EPOCH);
      }
      const rows = fetched.map((row) => ({ ...row, currentLeader: row.currentLeader ?? currentLeaders.of(row) }));
      const shown = kind === 'incremental' ? selectShown(session, rows.map(toShown)) : rows.map(toShown);
      const response: ShareFetchResponseInput = {
        throttleTimeMs: 0,
        errorCode: ErrorCode.NONE,
        acquisitionLockTimeoutMs: settings.ofGroup(groupId).recordLockDurationMs,
        responses: byTopic(
          shown.map(({ row }) => row),
          acknowledged,
        ),
        nodeEndpoints: currentLeaders.endpoints(
          shown.map(({ row }) => row.currentLeader ?? NO_LEADER),
          peer.listenerName,
        ),
      };
      return new Answer(response, release);
    },
  });
}

const UNKNOWN: ReadonlySet<number> = new Set([ErrorCode.UNKNOWN_TOPIC_ID, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]);

function hasAcknowledgements({ topics }: ShareFetchRequest): boolean {
  return topics.some(({ partitions }) =>
    partitions.some(({ acknowledgementBatches }) => acknowledgementBatches.length > 0),
  );
}

function asksForRecords({ maxBytes, minBytes, maxRecords, maxWaitMs }: ShareFetchRequest): boolean {
  return maxBytes !== 0 || minBytes !== 0 || maxRecords !== 0 || maxWaitMs !== 0;
}

function failed({ topicId, partition }: TopicIdPartition, errorCode: number): ShareFetched {
  return { topicId, partition, errorCode, message: null, records: [], acquired: [] };
}

function refuse(errorCode: number): ShareFetchResponseInput {
  return { throttleTimeMs: 0, errorCode, acquisitionLockTimeoutMs: 0, responses: [], nodeEndpoints: [] };
}

function toShown(row: ShareFetched) {
  const { topicId, partition, errorCode } = row;
  return { topicId, partition, errorCode, hasRecords: row.records.length > 0, row };
}

/** What became of acknowledgements stands with the partition, whether it was fetched or not. */
function byTopic(fetched: readonly ShareFetched[], acknowledged: readonly AcknowledgedPartition[]) {
  const rows = new Map<string, PartitionDataInput & { acknowledgeErrorCode: number }>();
  const topics = new Map<Uuid, { topicId: Uuid; partitions: PartitionDataInput[] }>();
  function rowOf({ topicId, partition }: TopicIdPartition, from?: ShareFetched) {
    const key = partitionKey({ topicId, partition });
    const known = rows.get(key);
    if (known !== undefined) return known;
    const row = {
      partitionIndex: partition,
      errorCode: from?.errorCode ?? ErrorCode.NONE,
      // As in Kafka: the code says it.
      errorMessage: null,
      acknowledgeErrorCode: ErrorCode.NONE as number,
      acknowledgeErrorMessage: null as string | null,
      currentLeader: from?.currentLeader ?? NO_LEADER,
      records: from?.records ?? [],
      acquiredRecords: from?.acquired ?? [],
    };
    rows.set(key, row);
    const topic = topics.get(topicId) ?? { topicId, partitions: [] };
    topics.set(topicId, topic);
    topic.partitions.push(row);
    return row;
  }
  for (const each of fetched) rowOf(each, each);
  for (const each of acknowledged) {
    const row = rowOf(each);
    row.acknowledgeErrorCode = each.errorCode;
    row.acknowledgeErrorMessage = each.message;
  }
  return [...topics.values()];
}
