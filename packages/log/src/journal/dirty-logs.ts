import type { Offset } from '@sluice/kernel/ids';
import { syncLogs } from './journal-ring.ts';
import type { JournaledLog } from './journaled-log.ts';

/** From this share of the limit on, the logs that have lagged longest are synced. */
const SYNC_FROM_SHARE = 3 / 4;

/** Logs whose segments lag behind the journal. Each holds a file open, so there is a limit to them. */
export interface DirtyLogs {
  /** Whether the log may lag, or does already. */
  hasRoomFor(log: JournaledLog): boolean;
  /** Its segments are durable only up to before `offset`. */
  add(log: JournaledLog, offset: Offset): void;
  remove(log: JournaledLog): void;
  /** Settles when no segments are being synced. */
  idle(): Promise<void>;
}

export function createDirtyLogs(countMax: number): DirtyLogs {
  /** Who has lagged longest comes first. */
  const dirty = new Map<JournaledLog, Offset>();
  let syncing: Promise<void> | undefined;

  function forgetSynced(): void {
    for (const [log, offset] of dirty) if (log.syncedOffset >= offset) dirty.delete(log);
  }

  function syncOldest(): void {
    if (syncing !== undefined) return;
    forgetSynced();
    const oldest = [...dirty].slice(0, Math.max(0, dirty.size - Math.floor(countMax / 2)));
    if (oldest.length === 0) return;
    syncing = syncLogs(oldest).finally(() => {
      syncing = undefined;
      forgetSynced();
    });
  }

  return {
    hasRoomFor: (log) => dirty.size < countMax || dirty.has(log),
    add(log, offset) {
      dirty.set(log, offset);
      if (dirty.size > countMax * SYNC_FROM_SHARE) syncOldest();
    },
    remove: (log) => dirty.delete(log),
    async idle() {
      await syncing;
    },
  };
}
