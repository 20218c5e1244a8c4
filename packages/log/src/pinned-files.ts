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
  /** The segment's file, if it is open already. */
  opened(segment: Segment): DiskFile | undefined;
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
  return new LogPinnedFiles(files, syncDirectory, letGo);
}

class LogPinnedFiles implements PinnedFiles {
  readonly #files: FileCache;
  readonly #syncDirectory: () => Promise<void>;
  readonly #letGo: () => Promise<void>;
  readonly #pinned = new Map<Segment, DiskFile>();
  /** One was made that no sync of the directory has covered. */
  hasNewFile = false;
  #newFileCount = 0;

  constructor(files: FileCache, syncDirectory: () => Promise<void>, letGo: () => Promise<void>) {
    this.#files = files;
    this.#syncDirectory = syncDirectory;
    this.#letGo = letGo;
  }

  opened(segment: Segment): DiskFile | undefined {
    return this.#pinned.get(segment);
  }

  async acquire(segment: Segment, isNew: boolean): Promise<DiskFile> {
    const open = this.#pinned.get(segment);
    if (open !== undefined) return open;
    // Files of segments appear in their order: a later one without an earlier one would look like deleted records.
    if (isNew && this.hasNewFile) await this.#syncDirectory();
    const file = await this.#files.acquire(logPath(segment), 'make', this.#letGo);
    this.#pinned.set(segment, file);
    if (isNew) this.#newFileCount++;
    this.hasNewFile ||= isNew;
    return file;
  }

  async sync(segments: Iterable<Segment>): Promise<void> {
    // Oldest first matters to nobody: nothing counts as durable before all of them are.
    await Promise.all([...segments].map((segment) => this.#pinned.get(segment)?.sync()));
    if (!this.hasNewFile) return;
    const madeCount = this.#newFileCount;
    await this.#syncDirectory();
    if (madeCount === this.#newFileCount) this.hasNewFile = false;
  }

  onDirectorySynced(): void {
    this.hasNewFile = false;
  }

  release(isDone: (segment: Segment) => boolean): void {
    for (const segment of this.#pinned.keys()) {
      if (!isDone(segment)) continue;
      this.#pinned.delete(segment);
      this.#files.release(logPath(segment));
    }
  }
}
