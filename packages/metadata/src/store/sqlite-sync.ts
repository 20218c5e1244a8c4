import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Disk, DiskFile } from '@sluice/kernel/disk';

/** The write-ahead log is brought into the database when it is longer than this, as SQLite does by default. */
export const WAL_SIZE_BYTES_MAX = 4 * 1024 * 1024;

export type SyncingDisk = Pick<Disk, 'open' | 'syncDirectory'>;

/** Syncs a database in place of SQLite, which would hold up the event loop meanwhile. */
export interface SqliteSync {
  /** To be awaited before anything is read: what a process that was killed has left may not be on disk. */
  begin(): Promise<void>;
  /** What SQLite has committed is on disk when it settles; nothing may be written meanwhile. After a failure nobody knows. */
  afterCommit(): Promise<void>;
  /** Hands the syncs back to SQLite, which then closes the database as one that was never ours. */
  end(): void;
  /** After the database was closed, not before: a file that is closed takes all locks of this process on it along. */
  close(): Promise<void>;
}

/**
 * From now on SQLite writes without a sync. What it commits lies in the write-ahead log, which is synced after each commit.
 * A checkpoint has three steps, each on disk before the next: the pages are copied into the database, the log is cut to
 * nothing, and only then is it written to again. So the log never has frames of two rounds, of which a power cut could
 * leave a mixture.
 */
export function syncByDisk(
  database: DatabaseSync,
  path: string,
  disk: SyncingDisk,
  walSizeBytesMax = WAL_SIZE_BYTES_MAX,
): SqliteSync {
  database.exec('PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = OFF;');
  const opened: DiskFile[] = [];
  let begun: Promise<{ readonly log: DiskFile; readonly main: DiskFile }> | undefined;

  async function open(filePath: string): Promise<DiskFile> {
    const file = await disk.open(filePath, 'update');
    opened.push(file);
    return file;
  }

  async function openAndSync() {
    const log = await open(`${path}-wal`);
    const main = await open(path);
    await log.sync();
    await disk.syncDirectory(dirname(path));
    return { log, main };
  }

  function files() {
    begun ??= openAndSync();
    return begun;
  }

  return {
    async begin() {
      await files();
    },
    async afterCommit() {
      const { log, main } = await files();
      await log.sync();
      if ((await log.size()) <= walSizeBytesMax) return;
      database.exec('PRAGMA wal_checkpoint(FULL)');
      await main.sync();
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      await log.sync();
    },
    end() {
      database.exec('PRAGMA synchronous = FULL');
    },
    async close() {
      for (const file of opened.splice(0)) await file.close();
    },
  };
}
