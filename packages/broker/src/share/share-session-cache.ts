import { EPOCH_INITIAL, nextShareEpoch, type ShareSession } from './share-session.ts';

/** The share sessions of this broker's connections: one for each member, gone with its connection. */
export interface ShareSessionCache {
  readonly size: number;
  get(groupId: string, memberId: string): ShareSession | undefined;
  /** Without partitions yet; `undefined` if there are as many as there may be. */
  create(groupId: string, memberId: string, connectionId: string): ShareSession | undefined;
  remove(session: ShareSession): void;
  /** Those that a connection which is gone has left; they are to be removed. */
  ofConnection(connectionId: string): ShareSession[];
  hasAnyOf(groupId: string): boolean;
}

export function createShareSessionCache(countMax: () => number): ShareSessionCache {
  const byGroup = new Map<string, Map<string, ShareSession>>();
  const byConnection = new Map<string, Set<ShareSession>>();
  let size = 0;

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
      ofGroup.delete(memberId);
      if (ofGroup.size === 0) byGroup.delete(groupId);
      const ofConnection = byConnection.get(connectionId);
      ofConnection?.delete(session);
      if (ofConnection?.size === 0) byConnection.delete(connectionId);
      for (const end of session.waiting) end();
    },
    ofConnection: (connectionId) => [...(byConnection.get(connectionId) ?? [])],
    hasAnyOf: (groupId) => byGroup.has(groupId),
  };
}
