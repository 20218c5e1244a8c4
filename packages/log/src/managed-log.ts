import { assert } from '@sluice/kernel/assert';
import type { Clock, Timer } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { Offset, TimestampMs } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { Random } from '@sluice/kernel/random';
import { createAppender } from './append.ts';
import type { FileCache } from './file-cache.ts';
import { createFullDiskWatch } from './full-disk.ts';
import { createHousekeeper } from './housekeeper.ts';
import { createIndexLoader } from './index-loader.ts';
import { type LogState, lastStableOffset } from './log-state.ts';
import type { LogConfig, PartitionLog } from './partition-log.ts';
import { lastSequenceOf } from './producer-entry.ts';
import type { RebuildOptions } from './producer-snapshots.ts';
import { createReader } from './reader.ts';
import { logPath, segmentPaths } from './segment.ts';
import { createTimestampLookup } from './timestamp-lookup.ts';
import { restartLog, truncateLog } from './truncate-log.ts';
import type { AbortedTxn } from './txn-index.ts';
import { createWriter, type Durability } from './writer.ts';

/** Written and not yet covered by a checkpoint: what a crash recovery would have to read. Beyond it one is asked for. */
export const UNCHECKED_SIZE_BYTES_MAX = 256 * 1024 * 1024;
/** The largest delay that timers take; a longer `flush.ms` is Kafka's default, "never". */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** What a log asks of the data directory that holds it. */
export interface LogHooks {
  /** Settles once the log start offset is on disk. */
  persistLogStartOffset(offset: Offset): Promise<void>;
  /** Settles once the recovery point is on disk: the log is about to be cut below the old one. */
  persistRecoveryPoint(offset: Offset): Promise<void>;
  /** Settles once the partition's directory itself survives a power loss; asked before anything in it counts as durable. */
  persistDirectory(): Promise<void>;
  /** A segment is complete, so that the recovery point has moved. */
  onRecoveryPointMoved(): void;
  /** Much was written since the last checkpoint; now would be a good time for one. */
  onCheckpointDue(): void;
}

/** A partition's log with what its data directory needs besides. */
export interface ManagedLog extends PartitionLog {
  readonly directory: string;
  readonly recoveryPoint: Offset;
  /** What a checkpoint must say: at least the log start, and more while a deletion waits for that checkpoint. */
  readonly logStartOffsetWanted: Offset;
  readonly segmentCount: number;
  /** Makes what is in the log durable with its indexes and producer state, and moves the recovery point behind it. */
  checkpoint(): Promise<void>;
  expireProducers(nowMs: TimestampMs): void;
  /** Removes whole segments below the log start. */
  removeDeletedSegments(): Promise<void>;
  /** Drops everything and starts at `offset`. */
  startAt(offset: Offset): Promise<void>;
  /** Closes without writing anything more: the log is about to be removed. */
  abandon(): Promise<void>;
  /** Aborted transactions that overlap `[fromOffset, toOffset)`, for readers of committed records. */
  abortedTransactions(fromOffset: Offset, toOffset: Offset): Promise<AbortedTxn[]>;
}

export interface ManagedLogOptions {
  readonly state: LogState;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random?: Random;
  readonly files: FileCache;
  readonly logger: Logger;
  readonly hooks: Partial<LogHooks>;
  readonly durability: Durability;
  readonly syncSpacingMs?: number | undefined;
  readonly recoveryPoint: Offset;
  readonly areEpochsWritten: boolean;
  readonly acknowledgesBeforeSync?: boolean;
}

/** Puts the parts of one log together around its state. */
export function createManagedLog(options: ManagedLogOptions): ManagedLog {
  const { state, disk, clock, files, logger, hooks } = options;
  const watchers = new Set<() => void>();
  let flushTimer: Timer | undefined;
  let uncheckedSizeBytes = 0;
  let logStartOffsetWanted = 0;

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
    soon: clock.soon,
    syncSpacing: options.syncSpacingMs === undefined ? undefined : { clock, spacingMs: options.syncSpacingMs },
    acknowledgesBeforeSync: options.acknowledgesBeforeSync ?? false,
    onChange: notify,
    onFailure(failure) {
      logger.error('the log is offline', { path: state.directory, reason: failure.reason });
      if (failure.isDiskFull) fullDisk.start();
    },
  });
  const housekeeper = createHousekeeper({
    state,
    writer,
    disk,
    files,
    rollJitterMs,
    recoveryPoint: options.recoveryPoint,
    areEpochsWritten: options.areEpochsWritten,
    onRecoveryPointMoved: () => hooks.onRecoveryPointMoved?.(),
  });
  const indexes = createIndexLoader({ state, disk, files, logger, rebuildOptions });
  const append = createAppender({
    state,
    writer,
    roll: housekeeper.roll,
    onNewEpoch: housekeeper.writeLeaderEpochs,
    onAppend,
  });
  const read = createReader({ state, files, indexes, logger });
  const written = () =>
    new Promise<void>((resolve, reject) => {
      writer.onWritten(state.logEndOffset, (failure) =>
        failure === undefined ? resolve() : reject(new Error(failure)),
      );
    });
  const offsetForTimestamp = createTimestampLookup({ state, files, indexes, written });

  const fullDisk = createFullDiskWatch({ state, disk, clock, logger, recover });

  /** Cuts off what never reached the disk: nobody was told that it had, and its producers send it again. */
  async function recover(): Promise<void> {
    await housekeeper.run(async () => {
      await writer.idle();
      await truncateLog(state.writtenOffset, truncateOptions());
      await writer.resume();
    });
  }

  function rollJitterMs(): number {
    const bound = Math.min(state.config.segmentJitterMs, state.config.segmentMs);
    return bound > 0 && options.random !== undefined ? options.random.below(Math.min(bound, 2 ** 47)) : 0;
  }

  /** `flush.messages`, `flush.ms`, and the bound on what a recovery has to read. */
  function onAppend(sizeBytes: number): void {
    uncheckedSizeBytes += sizeBytes;
    if (uncheckedSizeBytes > UNCHECKED_SIZE_BYTES_MAX) {
      uncheckedSizeBytes = 0;
      hooks.onCheckpointDue?.();
    }
    const { flushMessages, flushMs } = state.config;
    if (state.logEndOffset - state.durableOffset >= flushMessages) writer.requestSync();
    else if (flushTimer === undefined && flushMs <= TIMER_MS_MAX) {
      flushTimer = clock.setTimer(flushMs, () => {
        flushTimer = undefined;
        writer.requestSync();
      });
    }
  }

  async function truncateTo(offset: Offset): Promise<void> {
    assert(offset >= 0, 'a log is truncated to an offset');
    if (offset >= state.logEndOffset) {
      state.epochs.truncateFromEnd(state.logEndOffset);
      return;
    }
    state.isTruncating = true;
    try {
      await housekeeper.run(() => truncate(offset));
    } finally {
      state.isTruncating = false;
    }
    notify();
  }

  /** What is kept is durable, and the writer holds no file that is about to change. */
  async function quiesce(): Promise<void> {
    await writer.sync();
    await writer.idle();
    writer.releaseFiles();
  }

  async function truncate(offset: Offset): Promise<void> {
    await quiesce();
    if (housekeeper.recoveryPoint > offset) {
      // First: what is written there later must not count as checked.
      housekeeper.setRecoveryPoint(offset);
      await hooks.persistRecoveryPoint?.(offset);
    }
    await truncateLog(offset, truncateOptions());
    housekeeper.writeLeaderEpochs();
  }

  const truncateOptions = () => ({
    state,
    disk,
    files,
    indexes,
    rebuildOptions,
    removeSegments: housekeeper.removeSegments,
    nowMs: clock.now(),
  });

  async function deleteRecordsBelow(offset: Offset): Promise<void> {
    assert(offset <= state.highWatermark, 'only records that consumers may see are deleted');
    logStartOffsetWanted = Math.max(logStartOffsetWanted, offset);
    // Also when an earlier call raised it: that one's checkpoint may still be under way.
    await hooks.persistLogStartOffset?.(logStartOffsetWanted);
    // Only now: a crash before it brings the records back. Who saw the start rise must not see it fall again, and the
    // records' epochs must be known.
    if (offset > state.logStartOffset) {
      state.logStartOffset = offset;
      notify();
    }
    state.epochs.truncateFromStart(offset);
    housekeeper.writeLeaderEpochs();
    await removeDeletedSegments();
  }

  function removeDeletedSegments(): Promise<void> {
    return housekeeper.run(async () => {
      const kept = state.segments.findIndex((_, index) => {
        const next = state.segments[index + 1];
        return next === undefined || next.baseOffset > state.logStartOffset;
      });
      if (kept > 0) await housekeeper.removeSegments(state.segments.splice(0, kept));
    });
  }

  async function abortedTransactions(fromOffset: Offset, toOffset: Offset): Promise<AbortedTxn[]> {
    const found: AbortedTxn[] = [];
    for (const segment of [...state.segments]) {
      const { abortedTxns } = await indexes.load(segment);
      if (segment.fault !== undefined) throw new Error(`${logPath(segment)} is corrupt: ${segment.fault}`);
      for (const txn of abortedTxns) {
        if (txn.lastOffset >= fromOffset && txn.firstOffset < toOffset) found.push(txn);
        if (txn.lastStableOffset >= toOffset) return found;
      }
    }
    return found;
  }

  async function close(): Promise<void> {
    if (state.failure === undefined) await housekeeper.checkpoint().catch(() => {});
    await abandon();
  }

  async function abandon(): Promise<void> {
    flushTimer?.cancel();
    fullDisk.stop();
    writer.close();
    await housekeeper.run(async () => {});
    await writer.idle();
    await Promise.all(state.segments.flatMap(segmentPaths).map((path) => files.forget(path)));
    state.tail.clear();
    watchers.clear();
  }

  return {
    topic: state.topic,
    partition: state.partition,
    directory: state.directory,
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
    get recoveryPoint() {
      return housekeeper.recoveryPoint;
    },
    get logStartOffsetWanted() {
      return Math.max(state.logStartOffset, Math.min(logStartOffsetWanted, state.highWatermark));
    },
    append,
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
    deleteRecordsBelow,
    truncateTo,
    reconfigure(config: LogConfig) {
      state.config = config;
    },
    flush: writer.sync,
    checkpoint: housekeeper.checkpoint,
    expireProducers: (nowMs) => state.producers.expire(nowMs, state.config.producerIdExpirationMs),
    removeDeletedSegments,
    startAt: (offset) =>
      housekeeper.run(async () => {
        await quiesce();
        await hooks.persistRecoveryPoint?.(offset);
        await restartLog(offset, truncateOptions());
        housekeeper.setRecoveryPoint(offset);
        housekeeper.writeLeaderEpochs();
      }),
    abortedTransactions,
    close,
    abandon,
  };
}
