import type { Clock, Timer } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { Logger } from '@sluice/kernel/logger';
import { reasonOf } from './failure-reason.ts';
import { DELETED_SUFFIX } from './file-names.ts';

/** Files that nothing refers to any more: renamed at once, removed a while later (Kafka's `file.delete.delay.ms`). */
export interface DeletedFiles {
  /** Missing ones are fine. What a stop or a crash leaves is removed when the log is opened again. */
  add(paths: readonly string[], delayMs: number): Promise<void>;
  /** Removes nothing more. */
  close(): void;
}

interface Waiting {
  readonly path: string;
  readonly dueMs: number;
}

export function createDeletedFiles(disk: Disk, clock: Clock, logger: Logger): DeletedFiles {
  /** By due time. */
  let waiting: Waiting[] = [];
  let timer: Timer | undefined;
  let isClosed = false;

  function schedule(): void {
    const [first] = waiting;
    if (isClosed || timer !== undefined || first === undefined) return;
    timer = clock.setTimer(Math.max(0, first.dueMs - clock.monotonicMs()), () => void removeDue());
  }

  async function removeDue(): Promise<void> {
    timer = undefined;
    if (isClosed) return;
    const nowMs = clock.monotonicMs();
    const firstLeft = waiting.findIndex(({ dueMs }) => dueMs > nowMs);
    const due = firstLeft === -1 ? waiting : waiting.slice(0, firstLeft);
    waiting = firstLeft === -1 ? [] : waiting.slice(firstLeft);
    schedule();
    for (const { path } of due) await unlink(path);
  }

  async function unlink(path: string): Promise<void> {
    try {
      await disk.unlink(path);
    } catch (error) {
      logger.warn('a deleted file is still there', { path, reason: reasonOf(error) });
    }
  }

  return {
    async add(paths, delayMs) {
      const dueMs = clock.monotonicMs() + delayMs;
      for (const path of paths) {
        if ((await disk.stat(path)) === undefined) continue;
        const renamed = `${path}${DELETED_SUFFIX}`;
        await disk.rename(path, renamed);
        waiting.push({ path: renamed, dueMs });
      }
      waiting.sort((one, other) => one.dueMs - other.dueMs);
      timer?.cancel();
      timer = undefined;
      schedule();
    },
    close() {
      isClosed = true;
      timer?.cancel();
    },
  };
}
