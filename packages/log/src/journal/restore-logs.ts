import { type Disk, DiskError } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import { reasonOf } from '../failure-reason.ts';
import { LOG_SUFFIX, segmentFileName } from '../file-names.ts';
import { forEachBounded } from '../for-each-bounded.ts';
import { readTopicId } from '../partition-metadata.ts';
import { parsePartitionName } from '../partition-name.ts';
import type { JournalEntry } from './format.ts';
import { entriesByLog, logKey } from './read-journal.ts';
import { restoreSegment } from './restore-segment.ts';

const CONCURRENCY_MAX = 16;

export interface RestoreOptions {
  readonly disk: Disk;
  readonly logger: Logger;
  /** The data directory. */
  readonly path: string;
  /** By partition name; `undefined` if the checkpoint is damaged. What lies below is in the segments. */
  readonly recoveryPoints: ReadonlyMap<string, Offset> | undefined;
  readonly logStarts: ReadonlyMap<string, Offset> | undefined;
  /** For the tests of the tests only. */
  readonly ignoresCuts: boolean;
}

export interface RestoredLogs {
  /** Why a partition's segments could not be written, by name: it must not be opened before they are. */
  readonly failed: ReadonlyMap<string, string>;
  /** The entries of those. */
  readonly failedEntries: readonly JournalEntry[];
}

/**
 * Puts back into the segments what a power loss took from them and the journal has. Entries of other topics than those that
 * lie there, of ranges that were cut, deleted or compacted since, and of segments that are gone count for nothing.
 */
export async function restoreLogs(entries: readonly JournalEntry[], options: RestoreOptions): Promise<RestoredLogs> {
  const failed = new Map<string, string>();
  const failedEntries: JournalEntry[] = [];
  const byLog = entriesByLog(options.ignoresCuts ? entries.filter(({ kind }) => kind !== 'cut') : entries);
  let missingCount = byLog.size;
  await forEachBounded(await options.disk.list(options.path), CONCURRENCY_MAX, async (name) => {
    const found = parsePartitionName(name);
    // Most of ten thousand partitions may have nothing in it.
    if (found === undefined || missingCount === 0) return;
    try {
      const topicId = await topicIdOf(name, options);
      const own = topicId === undefined ? undefined : byLog.get(logKey(topicId, found.partition));
      if (own === undefined) return;
      missingCount--;
      try {
        await restoreLog(name, own, options);
      } catch (error) {
        failedEntries.push(...own);
        throw error;
      }
    } catch (error) {
      failed.set(name, `what the journal has of it could not be put back: ${reasonOf(error)}`);
    }
  });
  return { failed, failedEntries };
}

async function topicIdOf(name: string, { disk, path }: RestoreOptions): Promise<Buffer | undefined> {
  const topicId = await readTopicId(disk, `${path}/${name}`);
  return topicId === undefined ? undefined : Buffer.from(topicId, 'base64url');
}

async function restoreLog(name: string, entries: readonly JournalEntry[], options: RestoreOptions): Promise<void> {
  const { disk, logger, recoveryPoints } = options;
  const from = Math.max(recoveryPoints?.get(name) ?? 0, options.logStarts?.get(name) ?? 0);
  const needed = Map.groupBy(
    entries.filter(({ nextOffset }) => nextOffset > from),
    ({ segmentBaseOffset }) => segmentBaseOffset,
  );
  for (const [baseOffset, own] of [...needed].sort(([one], [other]) => one - other)) {
    const path = `${options.path}/${name}/${segmentFileName(baseOffset, LOG_SUFFIX)}`;
    try {
      const { sizeBytes, fault } = await restoreSegment(disk, path, own, recoveryPoints === undefined);
      if (sizeBytes > 0) logger.info('put back from the journal', { path, sizeBytes });
      if (fault !== undefined) logger.error('what the journal has of a segment does not fit it', { path, fault });
    } catch (error) {
      if (!(error instanceof DiskError) || error.tag !== 'not-found') throw error;
      logger.warn('the journal has records of a segment that is gone', { path });
    }
  }
}
