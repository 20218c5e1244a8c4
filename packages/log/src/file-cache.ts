import { assert } from '@sluice/kernel/assert';
import { type Disk, DiskError, type DiskFile } from '@sluice/kernel/disk';

/**
 * Open files of many logs under one descriptor budget. A file is opened at its first use and stays open until room is
 * needed; one that is in use (or holds unsynced data) is pinned, so the budget can be passed by what is in use at once.
 */
export interface FileCache {
  readonly openCount: number;
  /** Opens or shares; every `acquire` needs its `release`. Who only reads must not `make` a file that was just renamed away. */
  acquire(path: string, ifMissing?: 'make' | 'fail'): Promise<DiskFile>;
  release(path: string): void;
  /** Closes a file that nobody will use again; waits for those who use it. Missing is fine. */
  forget(path: string): Promise<void>;
  /** Forgets all files of a directory that has another name now: what is made under its old name are other files. */
  forgetDirectory(path: string): Promise<void>;
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

  function open(path: string, ifMissing: 'make' | 'fail'): Entry {
    const opening = disk.open(path, ifMissing === 'make' ? 'write' : 'update');
    return { opening, file: undefined, pins: 0, forgotten: undefined };
  }

  async function use(path: string, entry: Entry): Promise<DiskFile> {
    entries.delete(path);
    entries.set(path, entry);
    entry.pins++;
    if (entry.file !== undefined) return entry.file;
    try {
      entry.file = await entry.opening;
      closeUnused();
      return entry.file;
    } catch (error) {
      entry.pins--;
      if (entries.get(path) === entry) entries.delete(path);
      if (entry.pins === 0) entry.forgotten?.();
      throw error;
    }
  }

  async function forget(path: string): Promise<void> {
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
  }

  return {
    get openCount() {
      return entries.size;
    },
    async acquire(path, ifMissing = 'make') {
      for (;;) {
        const shared = entries.get(path);
        try {
          return await use(path, shared ?? open(path, ifMissing));
        } catch (error) {
          // Whoever it was shared with did not want it made.
          const isMissing = error instanceof DiskError && error.tag === 'not-found';
          if (shared === undefined || ifMissing === 'fail' || !isMissing) throw error;
        }
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
    forget,
    async forgetDirectory(path) {
      await Promise.all([...entries.keys()].filter((each) => each.startsWith(`${path}/`)).map(forget));
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

/** As `withFile`, for those who only read: a file that is not there is not made, but `not-found`. */
export async function withExistingFile<T>(
  files: FileCache,
  path: string,
  action: (file: DiskFile) => Promise<T>,
): Promise<T> {
  const file = await files.acquire(path, 'fail');
  try {
    return await action(file);
  } finally {
    files.release(path);
  }
}
