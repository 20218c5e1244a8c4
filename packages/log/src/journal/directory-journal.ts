import type { Uuid } from '@sluice/kernel/ids';
import type { OffsetCheckpoint } from '../offset-checkpoint.ts';
import {
  ENTRY_HEADER_SIZE_BYTES,
  finishEntry,
  type JournalEntry,
  KEPT_FILE_NAME,
  KEY_SIZE_BYTES,
  SECTOR_SIZE_BYTES,
  writeFileHeader,
} from './format.ts';
import { createJournal, type Journal, type JournalOptions } from './journal.ts';
import { readJournal } from './read-journal.ts';
import { restoreLogs } from './restore-logs.ts';
import type { JournalSettings } from './settings.ts';

/** Ways to keep a journal wrongly, each of which tests must notice. */
export type JournalCanary = 'is-not-restored' | 'recycles-too-early' | 'restores-cut-ranges';

export interface DirectoryJournalOptions extends Omit<JournalOptions, 'settings' | 'spacingMs' | 'recyclesTooEarly'> {
  /** Without settings there is no journal from now on; what an earlier one has is put back all the same. */
  readonly journal?: JournalSettings;
  readonly syncSpacingMs?: number;
  /** Whether the last run stopped cleanly: whoever did left nothing that is needed. */
  readonly isClean: boolean;
  readonly recoveryPoints: OffsetCheckpoint;
  readonly logStarts: OffsetCheckpoint;
  readonly journalCanary?: JournalCanary;
}

/** The journal of one data directory, from start to stop. */
export interface DirectoryJournal {
  readonly journal: Journal | undefined;
  /** Why a partition must not be opened, by name: it lacks what the journal has, which waits for the next start. */
  readonly unrestored: ReadonlyMap<string, string>;
  /** A partition's directory is about to be removed. */
  cutPartition(topicId: Uuid | undefined, partition: number): Promise<void>;
  /** After all logs are closed. */
  close(isClean: boolean): Promise<void>;
}

/** Puts back what an earlier run's journal has, removes that, and begins a new one. */
export async function openDirectoryJournal(options: DirectoryJournalOptions): Promise<DirectoryJournal> {
  const { disk, path, logger, journalCanary } = options;
  const found = await readJournal(disk, path, logger);
  const isNeeded = found.entries.length > 0 && !options.isClean && journalCanary !== 'is-not-restored';
  if (found.entries.length > 0 && options.isClean) {
    logger.warn('a journal lies beside the mark of a clean stop, and is passed over', { path });
  }
  const recoveryPoints = isNeeded ? await options.recoveryPoints.load() : undefined;
  const logStarts = isNeeded ? await options.logStarts.load() : undefined;
  const { failed, failedEntries } = await restoreLogs(isNeeded ? found.entries : [], {
    ...{ disk, logger, path, recoveryPoints, logStarts },
    ignoresCuts: journalCanary === 'restores-cut-ranges',
  });
  const kept = `${path}/${KEPT_FILE_NAME}`;
  if (failedEntries.length > 0) {
    await disk.replaceFile(kept, encodeKept(failedEntries, options.random.bytes(KEY_SIZE_BYTES)));
  }
  // One by one, the oldest first: entries must not outlive the later ones that make them void.
  for (const file of found.paths) {
    if (file === kept && failedEntries.length > 0) continue;
    await disk.unlink(file);
    await disk.syncDirectory(path);
  }
  const journal =
    options.journal === undefined
      ? undefined
      : createJournal({
          ...options,
          settings: options.journal,
          spacingMs: options.syncSpacingMs,
          recyclesTooEarly: journalCanary === 'recycles-too-early',
        });

  return {
    journal,
    unrestored: failed,
    async cutPartition(topicId, partition) {
      if (topicId !== undefined) await journal?.cut(Buffer.from(topicId, 'base64url'), partition);
    },
    async close(isClean) {
      await journal?.close(isClean);
    },
  };
}

/** A file with the sequence 0: older than any other. */
function encodeKept(entries: readonly JournalEntry[], key: Buffer): Buffer {
  const sizeBytes = entries.reduce((total, { payload }) => total + ENTRY_HEADER_SIZE_BYTES + payload.length, 0);
  const content = Buffer.alloc(SECTOR_SIZE_BYTES + sizeBytes);
  writeFileHeader(content, { sequence: 0, key });
  let at = SECTOR_SIZE_BYTES;
  for (const entry of entries) {
    entry.payload.copy(content, at + ENTRY_HEADER_SIZE_BYTES);
    at = finishEntry(content, at, key, entry.kind, entry, entry.payload.length);
  }
  return content;
}
