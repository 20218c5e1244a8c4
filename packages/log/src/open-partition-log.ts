import type { Clock } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { Random } from '@sluice/kernel/random';
import { type ClockWindow, createClockWindow } from './clock-window.ts';
import type { LogJournal } from './commits.ts';
import { createManagedLog } from './create-managed-log.ts';
import { createDeletedFiles, type DeletedFiles } from './deleted-files.ts';
import { createFileCache, type FileCache } from './file-cache.ts';
import { LEADER_EPOCH_CHECKPOINT, LOG_SUFFIX, parseSegmentFileName } from './file-names.ts';
import { createLeaderEpochs, decodeLeaderEpochs, type LeaderEpochs } from './leader-epochs.ts';
import { clearLeftovers } from './leftovers.ts';
import type { LogHooks } from './log-hooks.ts';
import type { LogState } from './log-state.ts';
import type { ManagedLog } from './managed-log.ts';
import type { LogConfig } from './partition-log.ts';
import { createProducerState, type ProducerState } from './producer-state.ts';
import type { ReadBuffers } from './read-buffers.ts';
import { openCleanly, type RecoverOptions, recoverAfterCrash } from './recover.ts';
import { createSegment, emptyIndexes, type Segment, segmentPaths } from './segment.ts';
import type { TailCache } from './tail-cache.ts';
import type { Durability } from './writer.ts';

/** Descriptors of a log that shares no cache with others. */
const OWN_FILES_MAX = 32;

export interface OpenLogOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  /** For the roll jitter; without it there is none. */
  readonly random?: Random;
  /** `<data directory>/<topic>-<partition>`; must exist. */
  readonly directory: string;
  readonly topic: string;
  readonly partition: number;
  readonly config: LogConfig;
  readonly tailCache: TailCache;
  readonly logger: Logger;
  readonly recovery: RecoveryInfo;
  readonly durability: Durability;
  /** Without it every log syncs its own segments. */
  readonly journal?: LogJournal | undefined;
  /** A busy log's syncs begin at least this far apart: fewer syncs, each of which covers more. Without it they follow at once. */
  readonly syncSpacingMs?: number | undefined;
  /** Shared with the other logs of a data directory. */
  readonly clockWindow?: ClockWindow;
  /** Shared with the other logs of a data directory. */
  readonly files?: FileCache;
  /** Shared with the other logs of a data directory. */
  readonly deletedFiles?: DeletedFiles;
  /** See `ManagedLogOptions`. */
  readonly isConfigProvisional?: boolean;
  /** Shared with the other logs of a data directory. */
  readonly readBuffers?: ReadBuffers;
  readonly hooks?: Partial<LogHooks>;
  /** A few records behind the recovery point stay there until the next checkpoint: six syncs less for each of many logs. */
  readonly leavesTailUnchecked?: boolean;
  /** For the tests of the tests only: acknowledges as durable what no sync has covered. */
  readonly acknowledgesBeforeSync?: boolean;
  /** Likewise: see `RecoverOptions`. */
  readonly cutsBelowRecoveryPoint?: boolean;
}

/** What the data directory knows of the log's last run. */
export interface RecoveryInfo {
  readonly cleanShutdown: boolean;
  readonly recoveryPoint: Offset;
  /** `UNKNOWN_LOG_START` if the directory has lost it. */
  readonly logStartOffset: Offset;
  /** Where its last compaction ended; left out for a log that was never compacted and has no gaps. */
  readonly cleanedOffset?: Offset | undefined;
}

/** The log then starts where its leader epochs start, which is where records were last deleted, or at its first segment. */
export const UNKNOWN_LOG_START = -1;

/** A log that has never run. */
export const NEW_LOG: RecoveryInfo = { cleanShutdown: false, recoveryPoint: 0, logStartOffset: 0 };

/**
 * Opens a partition's log: after a clean stop by looking at its end, else by checking everything from the recovery
 * point on. Fails with `DiskError`.
 */
export async function openPartitionLog(options: OpenLogOptions): Promise<ManagedLog> {
  const { disk, clock, directory, config } = options;
  const logger = options.logger.with({ topic: options.topic, partition: options.partition });
  const files = options.files ?? createFileCache(disk, OWN_FILES_MAX);
  const names = await clearLeftovers(disk, directory, logger);
  const segments = await findSegments(names, options);
  const epochs = await readLeaderEpochs(disk, directory, segments, options.recovery);
  const knownLogStart = logStartOf(options.recovery, epochs.epochs);
  if (epochs.fault !== undefined) {
    logger.warn('leader epochs are unusable and rebuilt from the log', { path: directory, fault: epochs.fault });
  }
  await removeDeleted(segments, knownLogStart, disk);
  const producers = createProducerState();
  // Epochs that are gone are found again in the batches: in all of them.
  const recoveryPoint = epochs.fault === undefined ? options.recovery.recoveryPoint : 0;
  const recoverOptions: RecoverOptions = {
    disk,
    files,
    clock,
    logger,
    directory,
    segments,
    config,
    logStartOffset: knownLogStart,
    producers,
    epochs: epochs.epochs,
    recoveryPoint,
    // A cut within a batch that holds the log's start leaves a hole below it, where nothing is missed.
    gapsBelow: Math.max(knownLogStart, gapsBelow(options, epochs.epochs)),
    cutsBelowRecoveryPoint: options.cutsBelowRecoveryPoint,
  };
  const isClean = options.recovery.cleanShutdown && epochs.fault === undefined;
  let recovered = isClean ? await openCleanly(recoverOptions) : undefined;
  if (isClean && recovered === undefined) {
    logger.warn('the log does not end where its clean stop left it, so it is checked', { path: directory });
  }
  recovered ??= await recoverAfterCrash(recoverOptions);
  const { logEndOffset, isChanged } = recovered;
  epochs.epochs.truncateFromEnd(logEndOffset);

  const firstBase = segments[0]?.baseOffset ?? 0;
  const logStartOffset = Math.max(knownLogStart, firstBase);
  const log = assemble({
    options,
    logger,
    files,
    segments,
    logStartOffset: Math.min(logStartOffset, logEndOffset),
    logEndOffset,
    epochs: epochs.epochs,
    producers,
    recoveryPoint: Math.min(recoveryPoint, logEndOffset),
    areEpochsWritten: epochs.isWritten && !isChanged,
  });
  producers.onHighWatermark(log.highWatermark);
  // Records that were deleted may be all that a power loss left; the log goes on where they ended.
  if (logStartOffset > logEndOffset) await log.startAt(logStartOffset);
  const isLeft = options.leavesTailUnchecked === true && recovered.isShortTail && log.logEndOffset === logEndOffset;
  // Its file's name may be in memory only, as its records were; later appends do not sync it again.
  if (isChanged && isLeft) await disk.syncDirectory(directory);
  else if (isChanged) await log.checkpoint();
  await log.removeDeletedSegments();
  return log;
}

/** A log that was made just now in a directory without files: there is nothing to read. */
export function openBlankLog(options: OpenLogOptions): ManagedLog {
  return assemble({
    options,
    logger: options.logger.with({ topic: options.topic, partition: options.partition }),
    files: options.files ?? createFileCache(options.disk, OWN_FILES_MAX),
    segments: [emptySegment(0, options)],
    logStartOffset: 0,
    logEndOffset: 0,
    epochs: createLeaderEpochs(),
    producers: createProducerState(),
    recoveryPoint: 0,
    areEpochsWritten: false,
  });
}

/** Puts a log around what was found of it. */
function assemble(parts: {
  readonly options: OpenLogOptions;
  readonly logger: Logger;
  readonly files: FileCache;
  readonly segments: Segment[];
  readonly logStartOffset: Offset;
  readonly logEndOffset: Offset;
  readonly epochs: LeaderEpochs;
  readonly producers: ProducerState;
  readonly recoveryPoint: Offset;
  readonly areEpochsWritten: boolean;
}): ManagedLog {
  const { options, logger, files, logEndOffset } = parts;
  const { disk, clock } = options;
  const state: LogState = {
    topic: options.topic,
    partition: options.partition,
    directory: options.directory,
    config: options.config,
    segments: parts.segments,
    logStartOffset: parts.logStartOffset,
    logEndOffset,
    writtenOffset: logEndOffset,
    durableOffset: logEndOffset,
    syncedOffset: logEndOffset,
    highWatermark: logEndOffset,
    epochs: parts.epochs,
    producers: parts.producers,
    tail: options.tailCache.forLog(),
    failure: undefined,
    isTruncating: false,
    truncations: 0,
    swapping: undefined,
  };
  return createManagedLog({
    ...options,
    state,
    clockWindow: options.clockWindow ?? createClockWindow(clock),
    files,
    deletedFiles: options.deletedFiles ?? createDeletedFiles(disk, clock, logger),
    logger,
    hooks: options.hooks ?? {},
    recoveryPoint: parts.recoveryPoint,
    cleanedOffset: options.recovery.cleanedOffset,
    areEpochsWritten: parts.areEpochsWritten,
  });
}

function emptySegment(baseOffset: Offset, { directory, clock }: OpenLogOptions): Segment {
  const createdMs = clock.now();
  return createSegment({ baseOffset, directory, createdMs, rollJitterMs: 0, indexes: emptyIndexes(baseOffset) });
}

/** Only what is below the recovery point is ever compacted, and both are on disk before the first segment changes. */
function gapsBelow({ config, recovery }: OpenLogOptions, epochs: LeaderEpochs): Offset {
  const { cleanedOffset, recoveryPoint } = recovery;
  if (!config.cleanupCompact && cleanedOffset === undefined) return 0;
  // Kafka writes its recovery points a minute late; and one that is lost says nothing.
  if (!epochs.isTrusted || recoveryPoint === 0) return Number.POSITIVE_INFINITY;
  return Math.max(recoveryPoint, cleanedOffset ?? 0);
}

async function findSegments(names: readonly string[], options: OpenLogOptions): Promise<Segment[]> {
  const { disk, directory, recovery } = options;
  const createdMs = options.clock.now();
  const bases = names
    .map(parseSegmentFileName)
    .filter((name) => name !== undefined)
    .filter((name) => name.suffix === LOG_SUFFIX && name.state === '')
    .map((name) => name.offset);
  if (bases.length === 0) {
    return [emptySegment(Math.max(0, recovery.logStartOffset), options)];
  }
  const segments: Segment[] = [];
  for (const baseOffset of bases) {
    const name = names.find((each) => parseSegmentFileName(each)?.offset === baseOffset && each.endsWith(LOG_SUFFIX));
    const stat = await disk.stat(`${directory}/${name}`);
    segments.push(
      createSegment({
        baseOffset,
        directory,
        // What is known without reading it: the time of its last write.
        createdMs: stat?.modifiedMs ?? createdMs,
        rollJitterMs: 0,
        sizeBytes: stat?.sizeBytes ?? 0,
      }),
    );
  }
  return segments;
}

/** A crash may keep any of the segments whose deletion was under way: a recovery must not take the others for a hole. */
async function removeDeleted(segments: Segment[], logStartOffset: Offset, disk: Disk): Promise<void> {
  const kept = segments.findIndex(
    (_, index) => (segments[index + 1]?.baseOffset ?? Number.POSITIVE_INFINITY) > logStartOffset,
  );
  for (const path of segments.splice(0, kept).flatMap(segmentPaths)) await disk.unlink(path);
}

function logStartOf(recovery: RecoveryInfo, epochs: LeaderEpochs): Offset {
  if (recovery.logStartOffset !== UNKNOWN_LOG_START) return recovery.logStartOffset;
  return epochs.isTrusted ? (epochs.entries[0]?.startOffset ?? 0) : 0;
}

interface EpochsOnDisk {
  readonly epochs: LeaderEpochs;
  readonly fault: string | undefined;
  readonly isWritten: boolean;
}

async function readLeaderEpochs(
  disk: Disk,
  directory: string,
  segments: readonly Segment[],
  recovery: RecoveryInfo,
): Promise<EpochsOnDisk> {
  const isEmpty = segments.every((segment) => segment.sizeBytes === 0);
  const content = await disk.readFile(`${directory}/${LEADER_EPOCH_CHECKPOINT}`);
  if (content === undefined) {
    // A recovery point is only ever set behind epochs that are on disk.
    const fault = isEmpty || recovery.recoveryPoint === 0 ? undefined : 'missing';
    return { epochs: createLeaderEpochs(), fault, isWritten: false };
  }
  const decoded = decodeLeaderEpochs(content);
  if (typeof decoded === 'string') return { epochs: createLeaderEpochs(), fault: decoded, isWritten: false };
  return {
    epochs: createLeaderEpochs(decoded.entries, decoded.isChecked || isEmpty),
    fault: undefined,
    isWritten: true,
  };
}
