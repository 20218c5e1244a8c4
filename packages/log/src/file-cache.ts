import { assert } from '@sluice/kernel/assert';
import { type Disk, DiskError, type DiskFile } from '@sluice/kernel/disk';

/**
 * Open files of many logs under one descriptor budget. A file is opened at its first use and stays open until room is
 * needed; one that is in use (or holds unsynced data) is pinned. When pinned files alone are too many, those who have held
 * theirs longest are asked to let go; a little above the budget, new files wait for that.
 */
export interface FileCache {
  readonly openCount: number;
  /**
   * Opens or shares; every `acquire` needs its `release`. Who only reads must not `make` a file that was just renamed
   * away. Who holds one for long says how he can be asked to `letGo` of it: done
   * when that settles, or not to be had yet. It must not fail.
   */
  acquire(path: string, ifMissing?: 'make' | 'fail', letGo?: () => Promise<void>): Promise<DiskFile>;
  release(path: string): void;
  /** Closes a file that nobody will use again; waits for those who use it. Missing is fine. */
  forget(path: string): Promise<void>;
  /** Forgets all files of a directory that has another name now: what is made under its old name are other files. */
  forgetDirectory(path: string): Promise<void>;
}

/** Descriptors for segments where the system tells no limit. */
const FILES_MAX = 512;
/** Of the descriptors that the process may have; the others are for connections. */
const FILES_SHARE = 1 / 2;
/** More open files help nobody. */
const FILES_MAX_MAX = 16_384;
/** Above the budget: opened while others are being let go. */
const OVERDRAFT_SHARE = 1 / 4;

/** How many files logs may have open at once. */
export function fileBudget(disk: Pick<Disk, 'openFilesMax'>): number {
  if (disk.openFilesMax === undefined) return FILES_MAX;
  return Math.min(FILES_MAX_MAX, Math.floor(disk.openFilesMax * FILES_SHARE));
}

interface Entry {
  opening: Promise<DiskFile>;
  file: DiskFile | undefined;
  pins: number;
  letGo: (() => Promise<void>) | undefined;
  forgotten: (() => void) | undefined;
}

export function createFileCache(
  disk: Disk,
  filesMax: number,
  soon: (action: () => void) => void = queueMicrotask,
): FileCache {
  /** Least recently used first. */
  const entries = new Map<string, Entry>();
  const overdraftMax = Math.max(1, Math.floor(filesMax * OVERDRAFT_SHARE));
  /** Descriptors that are on their way out. */
  let closingCount = 0;
  /** Asked to let go and not gone yet. */
  let askedCount = 0;
  const waiting: (() => void)[] = [];

  const isFull = () => entries.size + closingCount >= filesMax + overdraftMax;

  function close(entry: Entry): void {
    closingCount++;
    // Nothing unsynced was written through it, so a failing close loses nothing.
    const closed = entry.file?.close() ?? Promise.resolve();
    closed
      .catch(() => {})
      .finally(() => {
        closingCount--;
        admitWaiting();
      });
  }

  function admitWaiting(): void {
    const roomCount = filesMax + overdraftMax - entries.size - closingCount;
    for (const admit of waiting.splice(0, Math.max(0, roomCount))) admit();
  }

  function makeRoom(): void {
    let missing = entries.size - filesMax;
    for (const [path, entry] of entries) {
      if (missing <= 0) return;
      if (entry.pins > 0 || entry.file === undefined) continue;
      entries.delete(path);
      close(entry);
      missing--;
    }
    missing -= askedCount;
    for (const entry of entries.values()) {
      if (missing <= 0) return;
      if (entry.letGo === undefined) continue;
      ask(entry, entry.letGo);
      missing--;
    }
  }

  function ask(entry: Entry, letGo: () => Promise<void>): void {
    entry.letGo = undefined;
    askedCount++;
    const answered = () => {
      askedCount--;
      // Written to meanwhile, or read: its turn comes again.
      if (entry.pins > 0) entry.letGo = letGo;
      if (entries.size > filesMax) makeRoom();
    };
    // Not at once: who cannot let go yet waits for the disk, which must get its turn.
    void letGo().then(() => soon(answered));
  }

  function open(path: string, ifMissing: 'make' | 'fail'): Entry {
    const opening = disk.open(path, ifMissing === 'make' ? 'write' : 'update');
    return { opening, file: undefined, pins: 0, letGo: undefined, forgotten: undefined };
  }

  async function use(path: string, entry: Entry): Promise<DiskFile> {
    entries.delete(path);
    entries.set(path, entry);
    entry.pins++;
    if (entry.file !== undefined) return entry.file;
    try {
      entry.file = await entry.opening;
      makeRoom();
      return entry.file;
    } catch (error) {
      entry.pins--;
      if (entries.get(path) === entry) entries.delete(path);
      if (entry.pins === 0) entry.forgotten?.();
      admitWaiting();
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
    admitWaiting();
  }

  return {
    get openCount() {
      return entries.size;
    },
    async acquire(path, ifMissing = 'make', letGo = undefined) {
      for (;;) {
        const shared = entries.get(path);
        if (shared === undefined && isFull()) {
          makeRoom();
          if (isFull()) {
            await new Promise<void>((resolve) => waiting.push(resolve));
            continue;
          }
        }
        try {
          const entry = shared ?? open(path, ifMissing);
          const using = use(path, entry);
          if (letGo !== undefined) entry.letGo = letGo;
          return await using;
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
      entry.letGo = undefined;
      if (entry.forgotten !== undefined) entry.forgotten();
      else if (entries.size > filesMax) makeRoom();
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
