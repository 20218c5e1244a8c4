import { assert } from '@sluice/kernel/assert';
import type { Clock } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import { reasonOf } from './failure-reason.ts';
import { type FileCache, withFile } from './file-cache.ts';
import type { Housekeeper } from './housekeeper.ts';
import type { IndexLoader } from './index-loader.ts';
import type { LogHooks } from './log-hooks.ts';
import { type LogState, segmentIndexOf } from './log-state.ts';
import type { RebuildOptions } from './producer-snapshots.ts';
import { logPath } from './segment.ts';
import { restartLog, truncateLog } from './truncate-log.ts';
import { walkHeaders } from './walk-file.ts';
import type { Writer } from './writer.ts';

export interface LogCutsOptions {
  readonly state: LogState;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly files: FileCache;
  readonly indexes: IndexLoader;
  readonly writer: Writer;
  readonly housekeeper: Housekeeper;
  readonly hooks: Partial<LogHooks>;
  readonly rebuildOptions: () => RebuildOptions;
  readonly onChange: () => void;
  /** Records at the end are gone, and others may come in their place. Nothing else happens to the log meanwhile. */
  readonly onCut: () => void;
}

/** Everything that takes records out of a log, at either end. */
export interface LogCuts {
  /** What a checkpoint must say: at least the log start, and more while a deletion waits for that checkpoint. */
  wantedLogStartOffset(): Offset;
  deleteRecordsBelow(offset: Offset): Promise<void>;
  /** Removes whole segments below the log start. */
  removeDeletedSegments(): Promise<void>;
  /**
   * Where a log that is cut at `offset` ends: at the batch that holds it, since a batch goes as a whole, and behind a hole a
   * recovery would cut what comes next. Never below the log's start.
   */
  placeOfCut(offset: Offset): Promise<Offset>;
  /** `offset` is such a place. */
  truncateTo(offset: Offset): Promise<void>;
  /** Drops everything and starts at `offset`. */
  startAt(offset: Offset): Promise<void>;
  /** After a failed write: cuts off what never reached the disk, and takes appends again. */
  recoverWritten(): Promise<void>;
}

/** Settles once what the housekeeper had to do before is done. */
const noTask = async (): Promise<void> => {};

export function createLogCuts(options: LogCutsOptions): LogCuts {
  const { state, writer, housekeeper, hooks } = options;
  let logStartOffsetWanted = 0;

  const truncateOptions = () => ({
    state,
    disk: options.disk,
    files: options.files,
    indexes: options.indexes,
    rebuildOptions: options.rebuildOptions,
    removeSegments: housekeeper.removeSegments,
    nowMs: options.clock.now(),
  });

  /** What is kept is durable, and the writer holds no file that is about to change. */
  async function quiesce(): Promise<void> {
    await writer.sync();
    await writer.idle();
    writer.releaseFiles();
    // Before the cut: what a power loss then finds in the journal must not come back.
    await writer.cutJournal();
  }

  /** First of all: what is written there later must not count as checked. */
  async function lowerRecoveryPoint(offset: Offset): Promise<void> {
    if (housekeeper.recoveryPoint <= offset) return;
    housekeeper.setRecoveryPoint(offset);
    await hooks.persistRecoveryPoint?.(offset);
  }

  async function placeOfCut(offset: Offset): Promise<Offset> {
    if (offset <= state.logStartOffset || offset >= state.logEndOffset) return offset;
    await writer.sync();
    const segment = state.segments[segmentIndexOf(state.segments, offset)];
    const from = segment === undefined ? 0 : (await options.indexes.load(segment)).offsets.lookup(offset - 1).position;
    let place = offset;
    if (segment !== undefined) {
      await withFile(options.files, logPath(segment), (file) =>
        walkHeaders(file, from, segment.writtenSizeBytes, (batch) => {
          if (batch.lastOffset < offset) return 'next';
          place = Math.min(offset, batch.baseOffset);
          return 'stop';
        }),
      );
    }
    return Math.max(place, state.logStartOffset);
  }

  async function truncateTo(offset: Offset): Promise<void> {
    assert(offset >= 0, 'a log is truncated to an offset');
    if (offset >= state.logEndOffset) {
      state.epochs.truncateFromEnd(state.logEndOffset);
      return;
    }
    state.isTruncating = true;
    try {
      await housekeeper.run(async () => {
        await quiesce();
        await lowerRecoveryPoint(offset);
        await truncateLog(offset, truncateOptions());
        options.onCut();
        housekeeper.writeLeaderEpochs();
      });
    } finally {
      state.isTruncating = false;
    }
    options.onChange();
  }

  async function deleteRecordsBelow(offset: Offset): Promise<void> {
    assert(offset <= state.highWatermark, 'only records that consumers may see are deleted');
    if (beginsUnsealed(offset)) {
      await housekeeper.run(noTask);
      if (state.failure !== undefined) throw new Error(state.failure.reason);
    }
    logStartOffsetWanted = Math.max(logStartOffsetWanted, offset);
    // Also when an earlier call raised it: that one's checkpoint may still be under way.
    await hooks.persistLogStartOffset?.(logStartOffsetWanted);
    // Only now: a crash before it brings the records back. Who saw the start rise must not see it fall again, and the
    // records' epochs must be known.
    if (offset > state.logStartOffset) {
      state.logStartOffset = offset;
      options.onChange();
    }
    state.epochs.truncateFromStart(offset);
    housekeeper.writeLeaderEpochs();
    await removeDeletedSegments();
  }

  /**
   * Whether the segment that is the first one then begins where the producers' state is not on disk yet: a start after a
   * crash removes those before it unread.
   */
  function beginsUnsealed(offset: Offset): boolean {
    const first = state.segments[segmentIndexOf(state.segments, offset)];
    return first !== undefined && first.baseOffset > housekeeper.recoveryPoint;
  }

  function removeDeletedSegments(): Promise<void> {
    return housekeeper.run(async () => {
      const kept = state.segments.findIndex((_, index) => {
        const next = state.segments[index + 1];
        return next === undefined || next.baseOffset > state.logStartOffset;
      });
      if (kept <= 0) return;
      const removed = state.segments.splice(0, kept);
      // Who looks for a place in them begins again.
      state.truncations++;
      await housekeeper.retireSegments(removed);
    });
  }

  return {
    // No accessor: see docs/decisions/parts-of-a-log.md.
    wantedLogStartOffset: () => Math.max(state.logStartOffset, Math.min(logStartOffsetWanted, state.highWatermark)),
    deleteRecordsBelow,
    removeDeletedSegments,
    placeOfCut,
    truncateTo,
    startAt: (offset) =>
      housekeeper.run(async () => {
        await quiesce();
        housekeeper.setRecoveryPoint(offset);
        await hooks.persistRecoveryPoint?.(offset);
        await restartLog(offset, truncateOptions());
        options.onCut();
        housekeeper.writeLeaderEpochs();
      }),
    recoverWritten: () =>
      housekeeper.run(async () => {
        await writer.idle();
        if (state.failure?.isDiskFull !== true) throw new Error(state.failure?.reason ?? 'the log has not failed');
        try {
          await truncateLog(state.writtenOffset, truncateOptions());
          options.onCut();
          await writer.resume();
        } catch (error) {
          // It may have been a sync, and one that failed is never tried again.
          state.failure = { reason: `recovery failed: ${reasonOf(error)}`, isDiskFull: false };
          throw error;
        }
      }),
  };
}
