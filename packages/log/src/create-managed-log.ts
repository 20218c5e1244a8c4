import type { Clock } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { Random } from '@sluice/kernel/random';
import { abortedTransactionsIn, abortedTransactionsNow } from './aborted-transactions.ts';
import { createAppender } from './append.ts';
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
import { knownOf } from './known-log.ts';
import { createLogCuts } from './log-cuts.ts';
import type { LogHooks } from './log-hooks.ts';
import { type LogState, lastStableOffset } from './log-state.ts';
import type { ManagedLog } from './managed-log.ts';
import { createLogCopy, type LogCopy } from './move/log-copy.ts';
import type { LogConfig } from './partition-log.ts';
import { lastSequenceOf } from './producer-entry.ts';
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
    onNewEpoch: housekeeper.writeLeaderEpochs,
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
  let isConfigProvisional = options.isConfigProvisional ?? false;
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

  /** What comes there next was never compacted. */
  async function lowerCleanedOffset(offset: Offset): Promise<void> {
    if (compaction.onCut(offset)) await hooks.persistCleanedOffset?.();
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

  return {
    topic: state.topic,
    partition: state.partition,
    get directory() {
      return state.directory;
    },
    get logStartOffset() {
      return state.logStartOffset;
    },
    get logEndOffset() {
      return state.logEndOffset;
    },
    get writtenOffset() {
      return state.writtenOffset;
    },
    get durableOffset() {
      return state.durableOffset;
    },
    get highWatermark() {
      return state.highWatermark;
    },
    get generation() {
      return state.truncations;
    },
    get lastStableOffset() {
      return lastStableOffset(state);
    },
    get sizeBytes() {
      return state.segments.reduce((total, segment) => total + segment.sizeBytes, 0);
    },
    get segmentCount() {
      return state.segments.length;
    },
    get failure() {
      return state.failure?.reason;
    },
    get isReadable() {
      return state.failure?.isDiskFull ?? true;
    },
    get recoveryPoint() {
      return housekeeper.recoveryPoint;
    },
    get logStartOffsetWanted() {
      return cuts.logStartOffsetWanted;
    },
    isReady: true,
    whenReady: (action) => action(),
    known: () => knownOf(state, housekeeper.recoveryPoint, compaction.cleanedOffset),
    append,
    get commitGroup() {
      const journal = options.durability === 'disk' && !acknowledgesBeforeSync ? options.journal?.current() : undefined;
      return journal?.isUsable === true ? journal : undefined;
    },
    startVerification: state.producers.startVerification,
    onWritten: writer.onWritten,
    onDurable: writer.onDurable,
    watch(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    read,
    offsetForTimestamp,
    endOffsetForEpoch: (epoch) => state.epochs.endOffsetFor(epoch, state.logEndOffset),
    activeProducers: () =>
      [...state.producers.entries()].map((entry) => ({
        producerId: entry.producerId,
        producerEpoch: entry.producerEpoch,
        lastSequence: lastSequenceOf(entry),
        lastTimestampMs: entry.lastTimestampMs,
        coordinatorEpoch: entry.coordinatorEpoch,
        currentTxnStartOffset: entry.currentTxnFirstOffset,
      })),
    deleteRecordsBelow: cuts.deleteRecordsBelow,
    async truncateTo(offset) {
      await lowerCleanedOffset(offset);
      return cuts.truncateTo(offset);
    },
    compaction,
    get isCompacted() {
      return state.config.cleanupCompact && !isConfigProvisional;
    },
    reconfigure(config: LogConfig) {
      state.config = config;
      isConfigProvisional = false;
    },
    flush: writer.sync,
    checkpoint: housekeeper.checkpoint,
    expireProducers: (nowMs) => state.producers.expire(nowMs, state.config.producerIdExpirationMs),
    applyRetention: async () => {
      if (!isConfigProvisional) await applyRetention();
    },
    removeDeletedSegments: cuts.removeDeletedSegments,
    async startAt(offset) {
      await lowerCleanedOffset(offset);
      return cuts.startAt(offset);
    },
    fail(reason) {
      isTold = true;
      writer.fail({ reason, isDiskFull: false });
    },
    async copyTo(directory, pace) {
      copy = createLogCopy({ state, disk, files, writer, housekeeper, directory, pace, fail: failForGood });
      return copy;
    },
    abortedTransactions: (fromOffset, toOffset) =>
      abortedTransactionsNow(fromOffset, toOffset, state) ??
      withStableSegments(state, () => abortedTransactionsIn(fromOffset, toOffset, state, indexes)),
    close,
    abandon,
  };
}
