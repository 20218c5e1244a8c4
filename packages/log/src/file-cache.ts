import { assert } from '@sluice/kernel/assert';
import type { Disk, DiskFile } from '@sluice/kernel/disk';

/**
 * Open files of many logs under one descriptor budget. A file is opened at its first use and stays open until room is
 * needed; one that is in use (or holds unsynced data) is pinned, so the budget can be passed by what is in use at once.
 */
export interface FileCache {
  readonly openCount: number;
  /** Opens (making the file if it is missing) or shares; every `acquire` needs its `release`. */
  acquire(path: string): Promise<DiskFile>;
  release(path: string): void;
  /** Closes a file that nobody will use again; waits for those who use it. Missing is fine. */
  forget(path: string): Promise<void>;
}

interface Entry {
  opening: Promise<DiskFile>;
  file: DiskFile | undefined;
  pins: number;
  forgotten: (() => void) | undefined;
}

export function createFileCache(disk: Disk, filesMax: number): FileCache {
  /** Least recently used first. */
  const entries = new Map<string, Entry>();

  function closeUnused(): void {
    for (const [path, entry] of entries) {
      if (entries.size <= filesMax) return;
      if (entry.pins > 0 || entry.file === undefined) continue;
      entries.delete(path);
      // Nothing unsynced was written through it, so a failing close loses nothing.
      entry.file.close().catch(() => {});
    }
  }

  return {
    get openCount() {
      return entries.size;
    },
    async acquire(path) {
      let entry = entries.get(path);
      if (entry === undefined) {
        entry = { opening: disk.open(path, 'write'), file: undefined, pins: 0, forgotten: undefined };
      } else {
        entries.delete(path);
      }
      entries.set(path, entry);
      entry.pins++;
      if (entry.file !== undefined) return entry.file;
      try {
        entry.file = await entry.opening;
        closeUnused();
        return entry.file;
      } catch (error) {
        if (entries.get(path) === entry) entries.delete(path);
        throw error;
      }
    },
    release(path) {
      const entry = entries.get(path);
      assert(entry !== undefined && entry.pins > 0, 'a released file is in use');
      entry.pins--;
      if (entry.pins > 0) return;
      if (entry.forgotten !== undefined) entry.forgotten();
      else if (entries.size > filesMax) closeUnused();
    },
    async forget(path) {
      const entry = entries.get(path);
      if (entry === undefined) return;
      if (entry.pins > 0) {
        await new Promise<void>((resolve) => {
          const earlier = entry.forgotten;
          entry.forgotten = () => {
            earlier?.();
            resolve();
          };
        });
      }
      if (entries.get(path) !== entry) return;
      entries.delete(path);
      await entry.file?.close();
    },
  };
}

/** Runs `action` with the file open. */
export async function withFile<T>(files: FileCache, path: string, action: (file: DiskFile) => Promise<T>): Promise<T> {
  const file = await files.acquire(path);
  try {
    return await action(file);
  } finally {
    files.release(path);
  }
}
