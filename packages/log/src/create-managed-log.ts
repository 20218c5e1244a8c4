import type { Clock } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { Random } from '@sluice/kernel/random';
import { abortedTransactionsIn, abortedTransactionsNow } from './aborted-transactions.ts';
import { createAppender } from './append.ts';
import { AssembledLog } from './assembled-log.ts';
import type { ClockWindow } from './clock-window.ts';
import type { LogJournal } from './commits.ts';
import { createLogCompaction } from './compaction/log-compaction.ts';
import type { DeletedFiles } from './deleted-files.ts';
import { failureOf, reasonOf } from './failure-reason.ts';
import type { FileCache } from './file-cache.ts';
import { createFlushPolicy } from './flush-policy.ts';
import { createFullDiskWatch } from './full-disk.ts';
import { createHousekeeper } from './housekeeper.ts';
import { createIndexLoader } from './index-loader.ts';
import { createLogCuts } from './log-cuts.ts';
import type { LogHooks } from './log-hooks.ts';
import type { LogState } from './log-state.ts';
import type { ManagedLog } from './managed-log.ts';
import { createLogCopy, type LogCopy } from './move/log-copy.ts';
import type { RebuildOptions } from './producer-snapshots.ts';
import { createReadBuffers, type ReadBuffers } from './read-buffers.ts';
import { createReader } from './reader.ts';
import { createRetention } from './retention.ts';
import { segmentPaths } from './segment.ts';
import { withStableSegments } from './stable-segments.ts';
import { createTimestampLookup } from './timestamp-lookup.ts';
import { createWriter, type Durability } from './writer.ts';

export interface ManagedLogOptions {
  readonly state: LogState;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random?: Random;
  readonly clockWindow: ClockWindow;
  readonly files: FileCache;
  readonly deletedFiles: DeletedFiles;
  /** Nothing is deleted by it until the topic's own settings are known. */
  readonly isConfigProvisional?: boolean;
  /** Shared with the other logs of a data directory. */
  readonly readBuffers?: ReadBuffers;
  readonly logger: Logger;
  readonly hooks: Partial<LogHooks>;
  readonly durability: Durability;
  readonly journal?: LogJournal | undefined;
  readonly syncSpacingMs?: number | undefined;
  readonly recoveryPoint: Offset;
  readonly cleanedOffset: Offset | undefined;
  readonly areEpochsWritten: boolean;
  readonly acknowledgesBeforeSync?: boolean;
}

/** Puts the parts of one log together around its state. */
export function createManagedLog(options: ManagedLogOptions): ManagedLog {
  const { state, disk, clock, clockWindow, files, logger, hooks, acknowledgesBeforeSync = false } = options;
  const watchers = new Set<() => void>();
  let copy: LogCopy | undefined;
  /** Its directory's failure is told once, not once for each log. */
  let isTold = false;

  const notify = () => {
    for (const changed of watchers) changed();
  };
  const rebuildOptions = (): RebuildOptions => ({
    disk,
    files,
    clock,
    logger,
    directory: state.directory,
    segments: state.segments,
    config: state.config,
    logStartOffset: state.logStartOffset,
  });
  const writer = createWriter({
    state,
    files,
    async syncDirectory() {
      await hooks.persistDirectory?.();
      await disk.syncDirectory(state.directory);
    },
    durability: options.durability,
    journal: options.journal,
    soon: clock.soon,
    syncSpacing: options.syncSpacingMs === undefined ? undefined : { clock, spacingMs: options.syncSpacingMs },
    acknowledgesBeforeSync,
    onChange: notify,
    onFailure(failure) {
      if (!isTold) logger.error('the log is offline', { path: state.directory, reason: failure.reason });
      if (failure.isDiskFull) fullDisk.start();
      else hooks.onOffline?.(failure.reason);
    },
  });
  const housekeeper = createHousekeeper({
    state,
    writer,
    disk,
    files,
    deletedFiles: options.deletedFiles,
    rollJitterMs,
    recoveryPoint: options.recoveryPoint,
    areEpochsWritten: options.areEpochsWritten,
    onRecoveryPointMoved: () => hooks.onRecoveryPointMoved?.(),
  });
  const indexes = createIndexLoader({ state, disk, files, logger, rebuildOptions });
  const flushPolicy = createFlushPolicy({
    state,
    clock,
    writer,
    onCheckpointDue: () => hooks.onCheckpointDue?.(),
  });
  const append = createAppender({
    state,
    writer,
    roll: housekeeper.roll,
    onNewEpoch: housekeeper.noteLeaderEpoch,
    onAppend: flushPolicy.onAppend,
  });
  const readBuffers = options.readBuffers ?? createReadBuffers();
  const read = createReader({ state, files, indexes, logger, readBuffers });
  const written = () =>
    new Promise<void>((resolve, reject) => {
      // What a full disk did not take is not there to be found.
      if (state.failure?.isDiskFull === true) return resolve();
      writer.onWritten(state.logEndOffset, (failure) =>
        failure === undefined ? resolve() : reject(new Error(failure)),
      );
    });
  const offsetForTimestamp = createTimestampLookup({ state, files, indexes, written });
  const cuts = createLogCuts({
    state,
    disk,
    clock,
    files,
    indexes,
    writer,
    housekeeper,
    hooks,
    rebuildOptions,
    onChange: notify,
    onCut: () => copy?.restart(),
  });
  const applyRetention = createRetention({
    state,
    disk,
    clock,
    clockWindow,
    logger,
    indexes,
    roll: housekeeper.roll,
    deleteRecordsBelow: cuts.deleteRecordsBelow,
  });
  // What a recovery cut off was compacted; what comes in its place was not.
  const cleanedOffset =
    options.cleanedOffset === undefined ? undefined : Math.min(options.cleanedOffset, state.logEndOffset);
  const compaction = createLogCompaction(cleanedOffset, {
    state,
    disk,
    clockWindow,
    logger,
    files,
    indexes,
    deletedFiles: options.deletedFiles,
    housekeeper,
    fail: failForGood,
  });
  const fullDisk = createFullDiskWatch({ state, disk, clock, logger, recover: cuts.recoverWritten });

  /** Also for want of space: what is in memory is not what is on disk any more, and only a start can tell. */
  function failForGood(error: unknown): void {
    writer.fail({ ...failureOf(error), isDiskFull: false });
  }

  function rollJitterMs(): number {
    const bound = Math.min(state.config.segmentJitterMs, state.config.segmentMs);
    return bound > 0 && options.random !== undefined ? options.random.below(Math.min(bound, 2 ** 47)) : 0;
  }

  async function close(): Promise<void> {
    if (state.failure === undefined) {
      await housekeeper.checkpoint().catch((error: unknown) => {
        logger.error('the log is not closed cleanly', { path: state.directory, reason: reasonOf(error) });
      });
    }
    await abandon();
  }

  async function abandon(): Promise<void> {
    flushPolicy.stop();
    fullDisk.stop();
    writer.close();
    await housekeeper.run(async () => {});
    await writer.idle();
    await Promise.all(state.segments.flatMap(segmentPaths).map((path) => files.forget(path)));
    state.tail.clear();
    notify();
    watchers.clear();
  }

  return new AssembledLog({
    state,
    writer,
    housekeeper,
    cuts,
    compaction,
    append,
    read,
    offsetForTimestamp,
    applyRetention,
    watchers,
    isConfigProvisional: options.isConfigProvisional ?? false,
    abortedTransactions: (fromOffset, toOffset) =>
      abortedTransactionsNow(fromOffset, toOffset, state) ??
      withStableSegments(state, () => abortedTransactionsIn(fromOffset, toOffset, state, indexes)),
    commitGroup() {
      const journal = options.durability === 'disk' && !acknowledgesBeforeSync ? options.journal?.current() : undefined;
      return journal?.isUsable === true ? journal : undefined;
    },
    async onCut(offset) {
      // What comes there next was never compacted.
      if (compaction.onCut(offset)) await hooks.persistCleanedOffset?.();
    },
    onDirectoryFailed() {
      isTold = true;
    },
    async copyTo(directory, pace) {
      copy = createLogCopy({ state, disk, files, writer, housekeeper, directory, pace, fail: failForGood });
      return copy;
    },
    close,
    abandon,
  });
}
