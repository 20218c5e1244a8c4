import { assert } from '@sluice/kernel/assert';
import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import type { DeletedFiles } from './deleted-files.ts';
import { failureOf } from './failure-reason.ts';
import type { FileCache } from './file-cache.ts';
import { LEADER_EPOCH_CHECKPOINT } from './file-names.ts';
import { writeIndexFiles } from './index-files.ts';
import { encodeLeaderEpochs } from './leader-epochs.ts';
import { activeSegment, type LogState } from './log-state.ts';
import { encodeProducerSnapshot } from './producer-snapshot.ts';
import { snapshotOffsets, snapshotPath } from './producer-snapshots.ts';
import { createSegment, emptyIndexes, type Segment, type SegmentIndexes, segmentPaths } from './segment.ts';
import type { Writer } from './writer.ts';

export interface HousekeeperOptions {
  readonly state: LogState;
  readonly writer: Writer;
  readonly disk: Disk;
  readonly files: FileCache;
  readonly deletedFiles: DeletedFiles;
  readonly rollJitterMs: () => number;
  readonly recoveryPoint: Offset;
  /** Whether the epoch checkpoint on disk is what is in memory. */
  readonly areEpochsWritten: boolean;
  readonly onRecoveryPointMoved: () => void;
}

/** The slow work of one log, one task at a time: sealing segments, checkpoints, removing files. */
export interface Housekeeper {
  /** A crash recovery need not look below it: all of it, indexes and producer state included, is on disk. */
  readonly recoveryPoint: Offset;
  roll(nowMs: number): Segment;
  /** Makes everything that is in the log now durable, its indexes and producer state too, and moves the recovery point. */
  checkpoint(): Promise<void>;
  /**
   * An append began a leader epoch. It is written before the recovery point passes it, and no sooner: until then a recovery
   * reads it in the batches, and thousands of logs that are written to for the first time cost no file each.
   */
  noteLeaderEpoch(): void;
  /** After a cut, which batches do not tell. */
  writeLeaderEpochs(): void;
  /** At once: others may come in their place. */
  removeSegments(segments: readonly Segment[]): Promise<void>;
  /** Out of the way at once, gone after `file.delete.delay.ms`. */
  retireSegments(segments: readonly Segment[]): Promise<void>;
  /** Runs `task` alone. */
  run<T>(task: () => Promise<T>): Promise<T>;
  setRecoveryPoint(offset: Offset): void;
}

export function createHousekeeper(options: HousekeeperOptions): Housekeeper {
  const { state, writer, disk, files } = options;
  let lastTask: Promise<unknown> = Promise.resolve();
  let areEpochsWritten = options.areEpochsWritten;

  function run<T>(task: () => Promise<T>): Promise<T> {
    const result = lastTask.then(task);
    lastTask = result.catch(() => {});
    return result;
  }

  /** Work that nobody waits for: its failure is the log's. */
  function runInBackground(task: () => Promise<void>): void {
    run(task).catch((error: unknown) => writer.fail(failureOf(error)));
  }

  function roll(nowMs: number): Segment {
    const sealed = activeSegment(state);
    const { indexes } = sealed;
    assert(indexes !== undefined, 'the active segment has its indexes in memory');
    if (sealed.maxTimestamp !== undefined) indexes.times.appendIfLarger(sealed.maxTimestamp);
    const baseOffset = state.logEndOffset;
    const snapshot = snapshotNow();
    const segment = newSegment(baseOffset, nowMs);
    state.segments.push(segment);
    runInBackground(() => seal(sealed, indexes, baseOffset, snapshot));
    return segment;
  }

  function snapshotNow(): Buffer {
    const { producers } = state;
    return encodeProducerSnapshot(producers.entries(), producers.uncertainBelow);
  }

  function newSegment(baseOffset: Offset, nowMs: number): Segment {
    return createSegment({
      baseOffset,
      directory: state.directory,
      createdMs: nowMs,
      rollJitterMs: options.rollJitterMs(),
      indexes: emptyIndexes(baseOffset),
    });
  }

  async function seal(segment: Segment, indexes: SegmentIndexes, endOffset: Offset, snapshot: Buffer): Promise<void> {
    await untilDurable(endOffset);
    await writeState(segment, indexes, endOffset, snapshot);
    if (segment !== activeSegment(state) && state.segments.includes(segment)) segment.indexes = undefined;
    options.onRecoveryPointMoved();
  }

  function untilDurable(offset: Offset): Promise<void> {
    return new Promise((resolve, reject) => {
      writer.onSynced(offset, (failure) => (failure === undefined ? resolve() : reject(new Error(failure))));
    });
  }

  /** Writes what a recovery from `endOffset` on relies on, then lets it. */
  async function writeState(
    segment: Segment,
    indexes: SegmentIndexes,
    endOffset: Offset,
    snapshot: Buffer,
  ): Promise<void> {
    await Promise.all([
      writeIndexFiles(disk, segment, indexes),
      disk.placeFile(snapshotPath(state.directory, endOffset), snapshot),
      writeEpochsNow(disk.placeFile),
    ]);
    await disk.syncDirectory(state.directory).catch(epochsAreNotWritten);
    await removeStraySnapshots(endOffset);
    self.recoveryPoint = Math.max(self.recoveryPoint, endOffset);
  }

  /** Kept: the newest, and those that a segment starts with. */
  async function removeStraySnapshots(newest: Offset): Promise<void> {
    const bases = new Set(state.segments.map((segment) => segment.baseOffset));
    const offsets = snapshotOffsets(await disk.list(state.directory));
    const stray = offsets.filter((offset) => offset < newest && !bases.has(offset));
    await Promise.all(stray.map((offset) => disk.unlink(snapshotPath(state.directory, offset))));
  }

  function checkpoint(): Promise<void> {
    return run(async () => {
      if (state.failure !== undefined || self.recoveryPoint === state.logEndOffset) return;
      const segment = activeSegment(state);
      const { indexes } = segment;
      assert(indexes !== undefined, 'the active segment has its indexes in memory');
      // So that the time index is complete up to the recovery point, as that of a rolled segment is up to its end.
      if (segment.maxTimestamp !== undefined) indexes.times.appendIfLarger(segment.maxTimestamp);
      const endOffset = state.logEndOffset;
      const snapshot = snapshotNow();
      await untilDurable(endOffset);
      await writeState(segment, indexes, endOffset, snapshot);
    });
  }

  async function writeEpochsNow(write: Disk['placeFile']): Promise<void> {
    if (areEpochsWritten) return;
    // Before the write: a new epoch that comes meanwhile has its own.
    areEpochsWritten = true;
    const path = `${state.directory}/${LEADER_EPOCH_CHECKPOINT}`;
    await write(path, encodeLeaderEpochs(state.epochs)).catch(epochsAreNotWritten);
  }

  /** The failure of a checkpoint, or for want of space, passes: the next one must not pass over them. */
  function epochsAreNotWritten(error: unknown): never {
    areEpochsWritten = false;
    throw error;
  }

  // Without accessors: see docs/decisions/parts-of-a-log.md.
  const self = {
    recoveryPoint: options.recoveryPoint,
    roll,
    checkpoint,
    noteLeaderEpoch() {
      areEpochsWritten = false;
    },
    writeLeaderEpochs() {
      areEpochsWritten = false;
      runInBackground(() => writeEpochsNow(disk.replaceFile));
    },
    async removeSegments(segments: readonly Segment[]) {
      for (const segment of segments) {
        await Promise.all(segmentPaths(segment).map((path) => files.forget(path)));
        for (const path of segmentPaths(segment)) await disk.unlink(path);
        // Before the next, and before others come in their place: a crash must not bring this one back behind a hole.
        await disk.syncDirectory(state.directory);
      }
    },
    async retireSegments(segments: readonly Segment[]) {
      const paths = segments.flatMap(segmentPaths);
      await Promise.all(paths.map((path) => files.forget(path)));
      await options.deletedFiles.add(paths, state.config.fileDeleteDelayMs);
    },
    run,
    setRecoveryPoint(offset: Offset) {
      self.recoveryPoint = offset;
    },
  };
  return self;
}
