import type { Uuid } from '@sluice/kernel/ids';
import type { LogJournal } from './commits.ts';
import type { DirectoryCheckpoints } from './directory-checkpoints.ts';
import type { Journal } from './journal/journal.ts';
import type { LogHooks } from './log-hooks.ts';
import type { OffsetCheckpoint } from './offset-checkpoint.ts';

/** What a log asks of a data directory that holds it. */
export interface DirectoryServices {
  readonly checkpoints: DirectoryCheckpoints;
  /** `undefined` if every log syncs its own segments. */
  readonly journal: Journal | undefined;
  checkpointOne(name: string): Promise<void>;
  /** A recovery from now on would have less to read. Saved with those of other logs. */
  onRecoveryPointMoved(): void;
  /** Something failed that was the directory's to do. */
  complain(error: unknown): void;
  /** A log of it went offline: is it the directory? */
  onLogOffline(reason: string): void;
}

/** The directory that speaks of a log in its checkpoints; two of them, while the log moves from one to the other. */
export interface LogHome {
  directory: DirectoryServices;
  next: DirectoryServices | undefined;
  /** Of a log whose directory no power loss has to find again yet. */
  persistDirectory: (() => Promise<void>) | undefined;
}

type Choice = (checkpoints: DirectoryCheckpoints) => OffsetCheckpoint;

const UUID_SIZE_BYTES = 16;

/** The journal for a log, wherever it lives; directories of Kafka before 2.8 do not say whose logs they hold. */
export function journalOf(home: LogHome, topicId: Uuid | undefined): LogJournal | undefined {
  if (topicId === undefined) return undefined;
  // Memory of its own: 16 bytes of Node's pool would keep all 64 KiB of it, with the frames that lie beside them.
  const bytes = Buffer.allocUnsafeSlow(UUID_SIZE_BYTES);
  bytes.write(topicId, 'base64url');
  return { topicId: bytes, current: () => home.directory.journal };
}

/** A log's hooks, wherever it lives. */
export function hooksOf(home: LogHome, name: string): LogHooks {
  async function save(of: Choice): Promise<void> {
    const { directory, next } = home;
    await Promise.all([saveIn(directory, of), next === undefined ? undefined : saveInNext(next, of)]);
  }

  async function saveIn(directory: DirectoryServices, of: Choice): Promise<void> {
    try {
      await of(directory.checkpoints).save();
    } catch (error) {
      directory.complain(error);
      throw error;
    }
  }

  /** The move has not ended yet, and now it will not: what was promised is kept by one directory alone. */
  async function saveInNext(next: DirectoryServices, of: Choice): Promise<void> {
    try {
      await saveIn(next, of);
    } catch (error) {
      if (home.directory === next) throw error;
      if (home.next === next) home.next = undefined;
    }
  }

  return {
    persistLogStartOffset: () => save(({ logStarts }) => logStarts),
    persistRecoveryPoint: () => save(({ recoveryPoints }) => recoveryPoints),
    persistCleanedOffset: () => save(({ cleanedOffsets }) => cleanedOffsets),
    async persistDirectory() {
      await home.persistDirectory?.();
    },
    onRecoveryPointMoved() {
      home.directory.onRecoveryPointMoved();
      home.next?.onRecoveryPointMoved();
    },
    onCheckpointDue() {
      const { directory } = home;
      directory.checkpointOne(name).catch(directory.complain);
    },
    onOffline: (reason) => home.directory.onLogOffline(reason),
  };
}
