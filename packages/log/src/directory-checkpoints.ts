import type { Disk } from '@sluice/kernel/disk';
import type { HeldOffsets } from './held-offsets.ts';
import type { HostedLog } from './log-directory.ts';
import { createOffsetCheckpoint, type OffsetCheckpoint } from './offset-checkpoint.ts';

const RECOVERY_POINTS = 'recovery-point-offset-checkpoint';
const LOG_STARTS = 'log-start-offset-checkpoint';
const CLEANED_OFFSETS = 'cleaner-offset-checkpoint';

export const CHECKPOINT_FILES = [RECOVERY_POINTS, LOG_STARTS, CLEANED_OFFSETS];

/** Kafka's checkpoint files of a data directory: an offset for each partition. */
export interface DirectoryCheckpoints {
  /** From where on a recovery after a crash has to look. */
  readonly recoveryPoints: OffsetCheckpoint;
  readonly logStarts: OffsetCheckpoint;
  /** Where compactions ended; a log that was never compacted has none. */
  readonly cleanedOffsets: OffsetCheckpoint;
  /** All of them as they are now, on disk when it settles. */
  save(): Promise<void>;
}

/** They hold what is open, and what was found on disk and is not open yet. */
export function createDirectoryCheckpoints(
  disk: Disk,
  path: string,
  logs: () => Iterable<HostedLog>,
  held: HeldOffsets,
): DirectoryCheckpoints {
  const recoveryPoints = createOffsetCheckpoint(disk, `${path}/${RECOVERY_POINTS}`, () => [
    ...offsetsOf(({ log }) => log.recoveryPoint),
    ...held.recoveryPoints(),
  ]);
  const logStarts = createOffsetCheckpoint(disk, `${path}/${LOG_STARTS}`, () => [
    ...offsetsOf(({ log }) => (log.logStartOffsetWanted > 0 ? log.logStartOffsetWanted : undefined)),
    ...held.logStartOffsets(),
  ]);
  const cleanedOffsets = createOffsetCheckpoint(disk, `${path}/${CLEANED_OFFSETS}`, () => [
    ...offsetsOf(({ log }) => log.compaction.cleanedOffset),
    ...held.cleanedOffsets(),
  ]);

  return {
    recoveryPoints,
    logStarts,
    cleanedOffsets,
    async save() {
      await Promise.all([recoveryPoints.save(), logStarts.save(), cleanedOffsets.save()]);
    },
  };

  function* offsetsOf(offsetOf: (each: HostedLog) => number | undefined) {
    for (const each of logs()) {
      const offset = offsetOf(each);
      if (offset !== undefined) yield { topic: each.topic, partition: each.partition, offset };
    }
  }
}
