import { DiskError, type DiskLock } from '../disk.ts';

/** Who holds which lock of a simulated disk: one alone, or several that share it. */
export interface DiskLocks {
  /** Throws `busy` if the lock cannot be had now. */
  check(path: string, isShared: boolean): void;
  take(path: string, isShared: boolean): DiskLock;
}

/** `keyOf`: the same for all spellings of a path. */
export function createDiskLocks(keyOf: (path: string) => string): DiskLocks {
  const exclusive = new Set<string>();
  const sharedCounts = new Map<string, number>();

  function check(path: string, isShared: boolean): void {
    const key = keyOf(path);
    if (!exclusive.has(key) && (isShared || !sharedCounts.has(key))) return;
    throw new DiskError('busy', path, `${path} is locked`);
  }

  function drop(key: string, isShared: boolean): void {
    const count = sharedCounts.get(key) ?? 0;
    if (!isShared) exclusive.delete(key);
    else if (count > 1) sharedCounts.set(key, count - 1);
    else sharedCounts.delete(key);
  }

  return {
    check,
    take(path, isShared) {
      check(path, isShared);
      const key = keyOf(path);
      if (isShared) sharedCounts.set(key, (sharedCounts.get(key) ?? 0) + 1);
      else exclusive.add(key);
      let isHeld = true;
      return {
        async release() {
          if (isHeld) drop(key, isShared);
          isHeld = false;
        },
      };
    },
  };
}
