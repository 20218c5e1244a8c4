import type { Disk, DiskFile } from './disk.ts';
import { limitConcurrency } from './limit-concurrency.ts';
import { replacingFiles } from './replace-file.ts';

export interface ThreadShares {
  /** Threads that carry out the file operations of the whole process: a sync holds one for as long as the disk takes. */
  readonly threadCount: number;
  /** Directories that may lie on disks of their own. */
  readonly directories: readonly string[];
}

/** For opening, reading and whatever else somebody waits for who does not wait for a sync. */
const THREADS_KEPT_FREE_MIN = 2;
const THREADS_KEPT_FREE_SHARE = 1 / 4;

/** So many syncs of one directory may be under way at once. */
export function syncsAtOnceMax({ threadCount, directories }: ThreadShares): number {
  const keptFree = Math.max(THREADS_KEPT_FREE_MIN, Math.ceil(threadCount * THREADS_KEPT_FREE_SHARE));
  return Math.max(1, Math.floor((threadCount - keptFree) / Math.max(1, directories.length)));
}

/**
 * A disk whose syncs never hold all threads of the process: without it four slow ones would block every other file
 * operation, those of other disks too. Syncs beyond a directory's share wait in their order.
 */
export function shareThreads(disk: Disk, shares: ThreadShares): Disk {
  const countMax = syncsAtOnceMax(shares);
  const directories = shares.directories.map((path) => ({ path, sync: limitConcurrency(countMax) }));
  const elsewhere = limitConcurrency(countMax);

  function syncsOf(path: string) {
    const within = directories.filter((each) => path === each.path || path.startsWith(`${each.path}/`));
    // One directory may lie in another.
    return within.sort((a, b) => b.path.length - a.path.length)[0]?.sync ?? elsewhere;
  }

  const shared: Disk = {
    ...disk,
    async open(path, mode) {
      return shareFile(await disk.open(path, mode), syncsOf(path));
    },
    syncDirectory: (path) => syncsOf(path)(() => disk.syncDirectory(path)),
    ...replacingFiles(() => shared),
  };
  return shared;
}

function shareFile(file: DiskFile, sync: ReturnType<typeof limitConcurrency>): DiskFile {
  return {
    path: file.path,
    read: (target, position) => file.read(target, position),
    writev: (buffers, position) => file.writev(buffers, position),
    sync: () => sync(() => file.sync()),
    truncate: (sizeBytes) => file.truncate(sizeBytes),
    size: () => file.size(),
    close: () => file.close(),
  };
}
