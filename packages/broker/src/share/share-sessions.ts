import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { SharePartitions } from './share-partitions.ts';
import {
  EPOCH_FINAL,
  EPOCH_INITIAL,
  nextShareEpoch,
  partitionKey,
  type ShareSession,
  type TopicIdPartition,
} from './share-session.ts';
import type { ShareSessionCache } from './share-session-cache.ts';

export interface ShareSessionRequest {
  readonly groupId: string;
  readonly memberId: string;
  readonly epoch: number;
  readonly connectionId: string;
}

export interface ShareFetchSession extends ShareSessionRequest {
  readonly fetched: readonly TopicIdPartition[];
  readonly forgotten: readonly TopicIdPartition[];
  readonly hasAcknowledgements: boolean;
}

export type OpenedSession =
  | { readonly kind: 'refused'; readonly errorCode: number }
  /** `epoch`: that the session has while no other request of it comes. */
  | { readonly kind: 'full' | 'incremental' | 'final'; readonly session: ShareSession; readonly epoch: number };

/** KIP-932's share sessions: what a member fetches, and, by its end, what it holds no longer. */
export interface ShareSessions {
  openFetch(request: ShareFetchSession): OpenedSession;
  openAcknowledge(request: ShareSessionRequest): OpenedSession;
  /** Ends it, and lets go what its member holds. */
  end(session: ShareSession): void;
  onDisconnect(connectionId: string): void;
}

export function createShareSessions(cache: ShareSessionCache, shares: SharePartitions): ShareSessions {
  function end(session: ShareSession): void {
    const { groupId, memberId } = session;
    cache.remove(session);
    for (const { topicId, partition } of session.partitions.values()) {
      void shares.get(groupId, topicId, partition)?.release(memberId);
    }
    forgetUnlessUsed(groupId);
  }

  function forgetUnlessUsed(groupId: string): void {
    if (!cache.hasAnyOf(groupId)) shares.forgetGroup(groupId);
  }

  function openFull({
    groupId,
    memberId,
    connectionId,
    fetched,
    hasAcknowledgements,
  }: ShareFetchSession): OpenedSession {
    if (hasAcknowledgements) return refused(ErrorCode.INVALID_REQUEST);
    const before = cache.get(groupId, memberId);
    if (before !== undefined) cache.remove(before);
    const hasRoom = cache.hasRoomFor(fetched.length);
    const session = hasRoom ? cache.create(groupId, memberId, connectionId) : undefined;
    if (session === undefined) {
      forgetUnlessUsed(groupId);
      return refused(ErrorCode.SHARE_SESSION_LIMIT_REACHED);
    }
    cache.addPartitions(session, fetched, false);
    return { kind: 'full', session, epoch: session.epoch };
  }

  function goOn(session: ShareSession, epoch: number): OpenedSession {
    if (session.epoch !== epoch) return refused(ErrorCode.INVALID_SHARE_SESSION_EPOCH);
    session.epoch = nextShareEpoch(epoch);
    return { kind: 'incremental', session, epoch: session.epoch };
  }

  return {
    openFetch(request) {
      const { groupId, memberId, epoch, fetched, forgotten } = request;
      if (epoch === EPOCH_INITIAL) return openFull(request);
      const session = cache.get(groupId, memberId);
      if (session === undefined) return refused(ErrorCode.SHARE_SESSION_NOT_FOUND);
      if (epoch === EPOCH_FINAL) return { kind: 'final', session, epoch: session.epoch };
      if (!cache.hasRoomFor(fetched.length) && session.epoch === epoch && addsAny(session, fetched)) {
        return refused(ErrorCode.SHARE_SESSION_LIMIT_REACHED);
      }
      const opened = goOn(session, epoch);
      if (opened.kind === 'refused') return opened;
      cache.addPartitions(session, fetched, true);
      cache.forgetPartitions(session, forgotten);
      return opened;
    },
    openAcknowledge({ groupId, memberId, epoch }) {
      if (epoch === EPOCH_INITIAL) return refused(ErrorCode.INVALID_SHARE_SESSION_EPOCH);
      const session = cache.get(groupId, memberId);
      if (session === undefined) return refused(ErrorCode.SHARE_SESSION_NOT_FOUND);
      return epoch === EPOCH_FINAL ? { kind: 'final', session, epoch: session.epoch } : goOn(session, epoch);
    },
    end,
    onDisconnect(connectionId) {
      for (const session of cache.ofConnection(connectionId)) end(session);
    },
  };
}

/** A request also names what it acknowledges, which its session has. */
function addsAny({ partitions }: ShareSession, fetched: readonly TopicIdPartition[]): boolean {
  return fetched.some((partition) => !partitions.has(partitionKey(partition)));
}

function refused(errorCode: number): OpenedSession {
  return { kind: 'refused', errorCode };
}
