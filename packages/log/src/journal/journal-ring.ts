import { assert } from '@sluice/kernel/assert';
import type { Clock } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { Random } from '@sluice/kernel/random';
import { reasonOf } from '../failure-reason.ts';
import { forEachBounded } from '../for-each-bounded.ts';
import { journalFileName, KEY_SIZE_BYTES } from './format.ts';
import { isRecyclable, type JournalFile, laggingLogs, makeJournalFile } from './journal-file.ts';
import type { JournaledLog } from './journaled-log.ts';
import type { JournalSettings } from './settings.ts';

/** Segments that are synced at once so that a file can be used again: few, so that commits do not wait behind them. */
const LAZY_SYNC_CONCURRENCY_MAX = 2;
/** A file that could not be made, or used again, is tried again after this long. */
const RETRY_MS = 5000;

export interface JournalRingOptions {
  readonly disk: Disk;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly random: Random;
  readonly logger: Logger;
  /** The data directory. */
  readonly path: string;
  readonly settings: JournalSettings;
  /** For the tests of the tests only: files are used again though segments were not synced. */
  readonly recyclesTooEarly?: boolean;
}

/** The journal's files in the order of their use: always the oldest one is used again. */
export interface JournalRing {
  /** Those that hold entries, needed or not, the oldest first. */
  files(): JournalFile[];
  /** Rises with every use of a file. */
  readonly sequence: number;
  /** The file that has room for so many bytes; `undefined` if none has now, but work on it has begun. */
  fileFor(sizeBytes: number): JournalFile | undefined;
  /** Settles when no file is being made or freed. */
  idle(): Promise<void>;
  /** Closes all files and, if nothing in them is needed any more, removes them, the oldest first. */
  close(removes: boolean): Promise<void>;
}

export function createJournalRing(options: JournalRingOptions): JournalRing {
  const { disk, clock, random, logger, path, settings } = options;
  /** Oldest use first; the last one is in use. */
  const used: JournalFile[] = [];
  /** The one that comes next. */
  let next: JournalFile | undefined;
  let preparing: Promise<void> | undefined;
  let triedMs = Number.NEGATIVE_INFINITY;
  let madeCount = 0;
  let sequence = 0;
  let isClosed = false;
  assert(settings.fileCount >= 2, 'one file of the journal is written while another is freed');

  /** What is free to be used again still has its old entries. */
  const inUse = () => (next === undefined ? [...used] : [next, ...used]);

  function fileFor(sizeBytes: number): JournalFile | undefined {
    const current = used.at(-1);
    const room = current === undefined ? 0 : settings.fileSizeBytes - current.position;
    if (room < settings.fileSizeBytes / 2) prepare();
    if (room >= sizeBytes) return current;
    if (next === undefined) return undefined;
    const file = next;
    next = undefined;
    file.position = 0;
    file.key = random.bytes(KEY_SIZE_BYTES);
    file.logs.clear();
    sequence++;
    used.push(file);
    return file;
  }

  function prepare(): void {
    if (isClosed || next !== undefined || preparing !== undefined) return;
    if (clock.monotonicMs() - triedMs < RETRY_MS) return;
    preparing = prepareNext()
      .catch((error: unknown) => {
        triedMs = clock.monotonicMs();
        logger.warn('the journal has no room: segments are synced one by one', { reason: reasonOf(error) });
      })
      .finally(() => {
        preparing = undefined;
      });
  }

  async function prepareNext(): Promise<void> {
    if (madeCount < settings.fileCount) {
      next = await makeJournalFile(disk, `${path}/${journalFileName(madeCount)}`, settings.fileSizeBytes);
      madeCount++;
      return;
    }
    const [oldest] = used;
    if (oldest === undefined) return;
    if (options.recyclesTooEarly !== true) {
      await syncLogs(laggingLogs(oldest));
      if (!isRecyclable(oldest)) throw new Error('logs whose data it holds are offline');
    }
    used.shift();
    next = oldest;
  }

  return {
    files: inUse,
    get sequence() {
      return sequence;
    },
    fileFor,
    async idle() {
      await preparing;
    },
    async close(removes) {
      isClosed = true;
      await preparing;
      const all = inUse();
      for (const { file } of all) await file.close();
      if (!removes) return;
      // One by one: entries must not outlive the later ones that make them void.
      for (const each of all) {
        await disk.unlink(each.path);
        await disk.syncDirectory(path);
      }
      used.length = 0;
      next = undefined;
    },
  };
}

/** What fails says so itself. */
export function syncLogs(logs: readonly (readonly [JournaledLog, Offset])[]): Promise<void> {
  return forEachBounded(logs, LAZY_SYNC_CONCURRENCY_MAX, ([log, offset]) => log.syncSegments(offset).catch(() => {}));
}
