import type { DirectoryCheckpoints } from './directory-checkpoints.ts';
import type { LogHooks } from './log-hooks.ts';
import type { OffsetCheckpoint } from './offset-checkpoint.ts';

/** What a log asks of a data directory that holds it. */
export interface DirectoryServices {
  readonly checkpoints: DirectoryCheckpoints;
  checkpointOne(name: string): Promise<void>;
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

/** A log's hooks, wherever it lives. */
export function hooksOf(home: LogHome, name: string): LogHooks {
  async function save(of: (checkpoints: DirectoryCheckpoints) => OffsetCheckpoint): Promise<void> {
    const { directory, next } = home;
    const saving = [directory, ...(next === undefined ? [] : [next])].map(async (each) => {
      try {
        await of(each.checkpoints).save();
      } catch (error) {
        each.complain(error);
        throw error;
      }
    });
    await Promise.all(saving);
  }
  /** Nobody waits for it; the directory has heard of its failure. */
  const saveLater = (of: (checkpoints: DirectoryCheckpoints) => OffsetCheckpoint) => void save(of).catch(() => {});

  return {
    persistLogStartOffset: () => save(({ logStarts }) => logStarts),
    persistRecoveryPoint: () => save(({ recoveryPoints }) => recoveryPoints),
    persistCleanedOffset: () => save(({ cleanedOffsets }) => cleanedOffsets),
    async persistDirectory() {
      await home.persistDirectory?.();
    },
    onRecoveryPointMoved: () => saveLater(({ recoveryPoints }) => recoveryPoints),
    onCheckpointDue() {
      const { directory } = home;
      directory.checkpointOne(name).catch(directory.complain);
    },
    onOffline: (reason) => home.directory.onLogOffline(reason),
  };
}
