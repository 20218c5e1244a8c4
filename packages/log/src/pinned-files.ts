import type { DiskFile } from '@sluice/kernel/disk';
import type { FileCache } from './file-cache.ts';
import { logPath, type Segment } from './segment.ts';

/**
 * The files of segments that are written to, or have data that no sync has covered: they stay open, so that an error is
 * not lost with them.
 */
export interface PinnedFiles {
  /** A file was made whose name a power loss might take. */
  readonly hasNewFile: boolean;
  /** The segment's file, open until it is released. `isNew`: this write makes it. */
  acquire(segment: Segment, isNew: boolean): Promise<DiskFile>;
  /** Makes what is in these files durable, and the names of new ones. */
  sync(segments: Iterable<Segment>): Promise<void>;
  /** The directory was synced by somebody else, with all files in it. */
  onDirectorySynced(): void;
  /** Lets go of those that `isDone`. */
  release(isDone: (segment: Segment) => boolean): void;
}

export function createPinnedFiles(
  files: FileCache,
  syncDirectory: () => Promise<void>,
  letGo: () => Promise<void>,
): PinnedFiles {
  const pinned = new Map<Segment, DiskFile>();
  /** One was made that no sync of the directory has covered. */
  let hasNewFile = false;
  let newFileCount = 0;

  return {
    get hasNewFile() {
      return hasNewFile;
    },
    async acquire(segment, isNew) {
      const open = pinned.get(segment);
      if (open !== undefined) return open;
      // Files of segments appear in their order: a later one without an earlier one would look like deleted records.
      if (isNew && hasNewFile) await syncDirectory();
      const file = await files.acquire(logPath(segment), 'make', letGo);
      pinned.set(segment, file);
      if (isNew) newFileCount++;
      hasNewFile ||= isNew;
      return file;
    },
    async sync(segments) {
      // Oldest first matters to nobody: nothing counts as durable before all of them are.
      await Promise.all([...segments].map((segment) => pinned.get(segment)?.sync()));
      if (!hasNewFile) return;
      const madeCount = newFileCount;
      await syncDirectory();
      if (madeCount === newFileCount) hasNewFile = false;
    },
    onDirectorySynced() {
      hasNewFile = false;
    },
    release(isDone) {
      for (const segment of pinned.keys()) {
        if (!isDone(segment)) continue;
        pinned.delete(segment);
        files.release(logPath(segment));
      }
    },
  };
}
