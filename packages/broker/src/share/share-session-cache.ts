import {
  addPartitions,
  EPOCH_INITIAL,
  forgetPartitions,
  nextShareEpoch,
  type ShareSession,
  type TopicIdPartition,
} from './share-session.ts';

/** Of all sessions together, each counted where it is named: a hundred for each session that there may be by default. */
export const SESSION_PARTITIONS_MAX = 200_000;

/** The share sessions of this broker's connections: one for each member, gone with its connection. */
export interface ShareSessionCache {
  readonly size: number;
  get(groupId: string, memberId: string): ShareSession | undefined;
  /** Without partitions yet; `undefined` if there are as many as there may be. */
  create(groupId: string, memberId: string, connectionId: string): ShareSession | undefined;
  remove(session: ShareSession): void;
  /** So many partitions more could be fetched. */
  hasRoomFor(partitionCount: number): boolean;
  addPartitions(session: ShareSession, added: readonly TopicIdPartition[], mustShow: boolean): void;
  forgetPartitions(session: ShareSession, forgotten: readonly TopicIdPartition[]): void;
  /** Those that a connection which is gone has left; they are to be removed. */
  ofConnection(connectionId: string): ShareSession[];
  hasAnyOf(groupId: string): boolean;
}

export function createShareSessionCache(countMax: () => number): ShareSessionCache {
  const byGroup = new Map<string, Map<string, ShareSession>>();
  const byConnection = new Map<string, Set<ShareSession>>();
  let size = 0;
  let partitionCount = 0;

  function change(session: ShareSession, apply: () => void): void {
    const before = session.partitions.size;
    apply();
    partitionCount += session.partitions.size - before;
  }

  return {
    get size() {
      return size;
    },
    get: (groupId, memberId) => byGroup.get(groupId)?.get(memberId),
    create(groupId, memberId, connectionId) {
      if (size >= countMax()) return undefined;
      const session: ShareSession = {
        groupId,
        memberId,
        connectionId,
        epoch: nextShareEpoch(EPOCH_INITIAL),
        partitions: new Map(),
        waiting: new Set(),
      };
      const ofGroup = byGroup.get(groupId) ?? new Map<string, ShareSession>();
      byGroup.set(groupId, ofGroup.set(memberId, session));
      const ofConnection = byConnection.get(connectionId) ?? new Set<ShareSession>();
      byConnection.set(connectionId, ofConnection.add(session));
      size++;
      return session;
    },
    remove(session) {
      const { groupId, memberId, connectionId } = session;
      const ofGroup = byGroup.get(groupId);
      if (ofGroup?.get(memberId) !== session) return;
      size--;
      partitionCount -= session.partitions.size;
      ofGroup.delete(memberId);
      if (ofGroup.size === 0) byGroup.delete(groupId);
      const ofConnection = byConnection.get(connectionId);
      ofConnection?.delete(session);
      if (ofConnection?.size === 0) byConnection.delete(connectionId);
      for (const end of session.waiting) end();
    },
    hasRoomFor: (count) => partitionCount + count <= SESSION_PARTITIONS_MAX,
    addPartitions(session, added, mustShow) {
      change(session, () => addPartitions(session, added, mustShow));
    },
    forgetPartitions(session, forgotten) {
      change(session, () => forgetPartitions(session, forgotten));
    },
    ofConnection: (connectionId) => [...(byConnection.get(connectionId) ?? [])],
    hasAnyOf: (groupId) => byGroup.has(groupId),
  };
}
