/*
 * Fetch (1), versions 4–18.
 *
 * - Whole batches from the one that holds the offset; the first batch of the answer comes whole even past the limits.
 * - Fewer bytes than the minimum: the answer waits for an append, at most for maxWaitMs; an error ends the wait.
 * - Sessions (KIP-227): epoch 0 opens one, −1 closes it, others must follow each other; an incremental answer names
 *   only the partitions that changed.
 * - v5: log start offset. v7: sessions. v9: leader epochs (KIP-320). v11: rack. v12: flexible, lastFetchedEpoch and its
 *   divergence (KIP-595). v13: topic ids (KIP-516). v15: replica state (KIP-903). v16: node endpoints (KIP-951).
 *   v17: directory ids (KIP-853). v18: the follower's high watermark (KIP-1166).
 */
import type { Clock } from '@sluice/kernel/clock';
import type { Uuid } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { type FetchRequest, fetchRequestCodec } from '@sluice/protocol/generated/messages/fetch-request';
import { fetchResponseCodec, type PartitionDataInput } from '@sluice/protocol/generated/messages/fetch-response';
import { Answer, defineApi } from '../define-api.ts';
import { fetchTargets } from '../fetch/fetch-now.ts';
import { type FetchedPartition, type FetchTarget, refused } from '../fetch/fetch-partition.ts';
import {
  EPOCH_FINAL,
  EPOCH_INITIAL,
  type FetchSession,
  nextEpoch,
  selectChanged,
  updateSession,
} from '../fetch/fetch-session.ts';
import type { SessionCache } from '../fetch/session-cache.ts';
import { checkReadable, isHosted, type Lookup, leaderOf, type Partitions } from '../partitions/hosted-partition.ts';

const TOPIC_IDS_FROM = 13;
const REPLICA_STATE_FROM = 15;
const CURRENT_LEADER_FROM = 16;
const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;
/** Replica ids below 0 are consumers; −2 is Kafka's debugging consumer. */
const FOLLOWER_ID_MIN = 0;

export interface FetchServices {
  readonly partitions: Partitions;
  readonly sessions: SessionCache;
  readonly clock: Clock;
  /** `fetch.max.bytes` */
  readonly fetchSizeBytesMax: number;
  /** A broken build that tests must notice: nobody is told what was aborted. */
  readonly showsAborted: boolean;
  onStopping(stop: () => void): () => void;
}

type Opened =
  | { readonly kind: 'refused'; readonly errorCode: number }
  | { readonly kind: 'sessionless' | 'full'; readonly targets: readonly FetchTarget[] }
  | { readonly kind: 'incremental'; readonly session: FetchSession; readonly targets: readonly FetchTarget[] };

export function fetchApi({ partitions, sessions, clock, fetchSizeBytesMax, showsAborted, onStopping }: FetchServices) {
  function lookUp(target: FetchTarget, usesTopicIds: boolean, isFollower: boolean): Lookup {
    const found = usesTopicIds
      ? partitions.byId(target.topicId, target.partition)
      : partitions.byName(target.topic, target.partition);
    if (isHosted(found)) {
      target.topic = found.topic;
      if (isFollower) return { errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER, currentLeader: leaderOf(found) };
    } else if (usesTopicIds && target.topic !== '' && found.errorCode === ErrorCode.UNKNOWN_TOPIC_ID) {
      // The session knew the id: the topic was made again under its name.
      if (isHosted(partitions.byName(target.topic, target.partition)))
        return { errorCode: ErrorCode.INCONSISTENT_TOPIC_ID };
    }
    return checkReadable(found, target.currentLeaderEpoch);
  }

  function open(request: FetchRequest, usesTopicIds: boolean): Opened {
    const { sessionId, sessionEpoch } = request;
    const targets = targetsOf(request);
    if (sessionEpoch === EPOCH_INITIAL || sessionEpoch === EPOCH_FINAL) {
      if (sessionId !== 0) sessions.remove(sessionId);
      return { kind: sessionEpoch === EPOCH_FINAL ? 'sessionless' : 'full', targets };
    }
    const session = sessions.get(sessionId);
    if (session === undefined) return { kind: 'refused', errorCode: ErrorCode.FETCH_SESSION_ID_NOT_FOUND };
    if (session.epoch !== sessionEpoch) return { kind: 'refused', errorCode: ErrorCode.INVALID_FETCH_SESSION_EPOCH };
    if (session.usesTopicIds !== usesTopicIds)
      return { kind: 'refused', errorCode: ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR };
    updateSession(session, targets, forgottenOf(request));
    if (session.partitions.size === 0) {
      sessions.remove(sessionId);
      return { kind: 'sessionless', targets: [] };
    }
    session.epoch = nextEpoch(session.epoch);
    sessions.touch(session);
    return { kind: 'incremental', session, targets: [...session.partitions.values()] };
  }

  function conclude(opened: Exclude<Opened, { kind: 'refused' }>, fetched: FetchedPartition[], usesTopicIds: boolean) {
    switch (opened.kind) {
      case 'sessionless':
        return { sessionId: 0, shown: fetched };
      case 'full': {
        const session = sessions.create(opened.targets, usesTopicIds);
        if (session !== undefined) selectChanged(session, fetched);
        return { sessionId: session?.id ?? 0, shown: fetched };
      }
      case 'incremental':
        return { sessionId: opened.session.id, shown: selectChanged(opened.session, fetched) };
    }
  }

  return defineApi({
    request: fetchRequestCodec,
    response: fetchResponseCodec,
    async handle(request, { apiVersion }) {
      const usesTopicIds = apiVersion >= TOPIC_IDS_FROM;
      const replicaId = apiVersion >= REPLICA_STATE_FROM ? request.replicaState.replicaId : request.replicaId;
      const opened = open(request, usesTopicIds);
      if (opened.kind === 'refused') return { errorCode: opened.errorCode, sessionId: 0, responses: [] };
      const { isolationLevel } = request;
      if (isolationLevel !== READ_UNCOMMITTED && isolationLevel !== READ_COMMITTED) {
        return refuseAll(opened.targets, usesTopicIds);
      }
      const sizeBytesMax = Math.min(request.maxBytes, fetchSizeBytesMax);
      const fetched = await fetchTargets(
        opened.targets,
        {
          sizeBytesMin: Math.min(request.minBytes, sizeBytesMax),
          sizeBytesMax,
          waitMsMax: request.maxWaitMs,
          upTo: isolationLevel === READ_COMMITTED ? 'last-stable' : 'high-watermark',
        },
        { clock, onStopping, lookUp: (target) => lookUp(target, usesTopicIds, replicaId >= FOLLOWER_ID_MIN) },
      );
      const { sessionId, shown } = conclude(opened, fetched, usesTopicIds);
      if (showsAborted) for (const { data } of shown) data.abortedTransactions = [];
      if (apiVersion < CURRENT_LEADER_FROM) for (const { data } of shown) delete data.currentLeader;
      const response = { errorCode: ErrorCode.NONE, sessionId, responses: groupByTopic(shown, usesTopicIds) };
      const releases = fetched.flatMap(({ release }) => (release === undefined ? [] : [release]));
      if (releases.length === 0) return response;
      return new Answer(response, () => {
        for (const release of releases) release();
      });
    },
  });
}

/** A request that cannot be served at all: with topic ids the error stands above, before that in each partition. */
function refuseAll(targets: readonly FetchTarget[], usesTopicIds: boolean) {
  const errorCode = ErrorCode.UNKNOWN_SERVER_ERROR;
  if (usesTopicIds) return { errorCode, sessionId: 0, responses: [] };
  const rows = targets.map((target) => refused(target, { errorCode }));
  for (const { data } of rows) data.abortedTransactions = [];
  return { errorCode, sessionId: 0, responses: groupByTopic(rows, usesTopicIds) };
}

function targetsOf(request: FetchRequest): FetchTarget[] {
  return request.topics.flatMap((topic) =>
    topic.partitions.map((partition) => ({
      topic: topic.topic,
      topicId: topic.topicId,
      partition: partition.partition,
      fetchOffset: partition.fetchOffset,
      // Unlike elsewhere, every negative epoch asks nothing here.
      currentLeaderEpoch: Math.max(partition.currentLeaderEpoch, -1),
      lastFetchedEpoch: partition.lastFetchedEpoch,
      maxBytes: partition.partitionMaxBytes,
    })),
  );
}

function forgottenOf(request: FetchRequest) {
  return request.forgottenTopicsData.flatMap(({ topic, topicId, partitions }) =>
    partitions.map((partition) => ({ topic, topicId, partition })),
  );
}

/** Neighbours of the same topic share an entry; the order of reading is kept. */
function groupByTopic(fetched: readonly FetchedPartition[], usesTopicIds: boolean) {
  const responses: { topic: string; topicId: Uuid; partitions: PartitionDataInput[] }[] = [];
  let lastKey: string | undefined;
  for (const { target, data } of fetched) {
    const key = usesTopicIds ? target.topicId : target.topic;
    const last = responses.at(-1);
    if (last !== undefined && key === lastKey) last.partitions.push(data);
    else responses.push({ topic: target.topic, topicId: target.topicId, partitions: [data] });
    lastKey = key;
  }
  return responses;
}
