import type { Clock } from '@sluice/kernel/clock';
import type { Random } from '@sluice/kernel/random';
import type { FetchTarget } from './fetch-partition.ts';
import { EPOCH_INITIAL, type FetchSession, nextEpoch, partitionKey, toSessionPartition } from './fetch-session.ts';

export interface SessionCache {
  get(id: number): FetchSession | undefined;
  remove(id: number): void;
  /** A new session, or `undefined` if the cache is full of sessions that deserve their place more. */
  create(targets: readonly FetchTarget[], usesTopicIds: boolean): FetchSession | undefined;
  touch(session: FetchSession): void;
  readonly size: number;
}

/** A session that was not used for this long makes room for any new one; a younger one only for a larger one. */
export const SESSION_EVICTION_MS_MIN = 120_000;
const SESSION_ID_BOUND = 2 ** 31 - 1;

/** At most `slots` sessions (`max.incremental.fetch.session.cache.slots`), least recently used first out. */
export function createSessionCache(slots: number, clock: Clock, random: Random): SessionCache {
  const sessions = new Map<number, FetchSession>();

  function newId(): number {
    for (;;) {
      const id = 1 + random.below(SESSION_ID_BOUND - 1);
      if (!sessions.has(id)) return id;
    }
  }

  /** The map is in order of last use: only its first can be evicted for age. */
  function makeRoom(partitionCount: number, nowMs: number): boolean {
    if (sessions.size < slots) return true;
    const [oldest] = sessions.values();
    if (oldest === undefined) return false;
    const isStale = nowMs - oldest.lastUsedMs > SESSION_EVICTION_MS_MIN;
    const isSmaller = nowMs - oldest.createdMs > SESSION_EVICTION_MS_MIN && oldest.partitions.size < partitionCount;
    if (!isStale && !isSmaller) return false;
    sessions.delete(oldest.id);
    return true;
  }

  return {
    get: (id) => sessions.get(id),
    remove: (id) => void sessions.delete(id),
    create(targets, usesTopicIds) {
      const nowMs = clock.monotonicMs();
      if (!makeRoom(targets.length, nowMs)) return undefined;
      const session: FetchSession = {
        id: newId(),
        usesTopicIds,
        createdMs: nowMs,
        lastUsedMs: nowMs,
        epoch: nextEpoch(EPOCH_INITIAL),
        partitions: new Map(targets.map((target) => [partitionKey(target, usesTopicIds), toSessionPartition(target)])),
      };
      sessions.set(session.id, session);
      return session;
    },
    touch(session) {
      session.lastUsedMs = clock.monotonicMs();
      if (!sessions.delete(session.id)) return;
      sessions.set(session.id, session);
    },
    get size() {
      return sessions.size;
    },
  };
}
