import type { Disk } from '@sluice/kernel/disk';
import type { Uuid } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import { reasonOf } from './failure-reason.ts';
import { LOG_SUFFIX } from './file-names.ts';
import { forEachBounded } from './for-each-bounded.ts';
import type { HeldOffsets } from './held-offsets.ts';
import type { HostLogs } from './host-logs.ts';
import type { HostedLog } from './log-directory.ts';
import type { OffsetCheckpoint } from './offset-checkpoint.ts';
import { UNKNOWN_LOG_START } from './open-partition-log.ts';
import type { LogConfig } from './partition-log.ts';
import { readTopicId } from './partition-metadata.ts';
import { isDeletedPartition, parsePartitionName, partitionName } from './partition-name.ts';
import type { SummedLog } from './stop-summary.ts';

export interface LoadedPartitions {
  /** Why a partition could not be opened, by name. */
  readonly unopened: ReadonlyMap<string, string>;
  /** Directories that only wait for their removal. */
  readonly deleted: readonly string[];
}

export interface LoadOptions {
  readonly disk: Disk;
  readonly logger: Logger;
  readonly path: string;
  readonly isClean: boolean;
  readonly recoveryPoints: OffsetCheckpoint;
  readonly logStarts: OffsetCheckpoint;
  readonly cleanedOffsets: OffsetCheckpoint;
  readonly held: HeldOffsets;
  readonly concurrencyMax: number;
  readonly configOf: (topic: string, topicId: Uuid | undefined) => LogConfig;
  /** Partitions that must not be opened, by name, with the reason. */
  readonly refused?: ReadonlyMap<string, string>;
  /** What the last run left of its logs; `undefined` if that cannot be known or trusted. */
  readonly summary: readonly SummedLog[] | undefined;
  readonly restore: HostLogs['restore'];
  readonly recover: HostLogs['recover'];
  readonly onHosted: (log: HostedLog) => void;
}

/**
 * Finds every partition that lies in a data directory. Those that the last stop summed up are taken as they were left;
 * the files of all others are read and checked. One that cannot be opened does not keep the others back.
 */
export async function loadPartitions(options: LoadOptions): Promise<LoadedPartitions> {
  const { disk, logger, path } = options;
  const recoveryPoints = await options.recoveryPoints.load();
  if (recoveryPoints === undefined) logger.warn('the recovery points are damaged: every log is checked as a whole');
  const logStarts = await options.logStarts.load();
  if (logStarts === undefined) logger.warn('the log start offsets are damaged: each log looks for its own');
  const cleaned = await options.cleanedOffsets.load();
  if (cleaned === undefined) logger.warn('the cleaned offsets are damaged: every log counts as one that was compacted');
  const cleanedOffsetOf = (name: string) => (cleaned === undefined ? 0 : cleaned.get(name));
  const cleanShutdown = options.isClean && recoveryPoints !== undefined;

  const names = await disk.list(path);
  for (const name of names) {
    const found = parsePartitionName(name);
    if (found === undefined) continue;
    options.held.hold(found, {
      recoveryPoint: recoveryPoints?.get(name) ?? 0,
      // One that cannot be opened now is asked again at the next start: 0 would bring deleted records back then.
      logStartOffset: logStarts === undefined ? UNKNOWN_LOG_START : (logStarts.get(name) ?? 0),
      cleanedOffset: cleanedOffsetOf(name),
    });
  }
  const deleted = names.filter(isDeletedPartition);
  const unopened = new Map<string, string>();
  const unknown = new Set(names);
  for (const { known, ...id } of cleanShutdown ? (options.summary ?? []) : []) {
    const name = partitionName(id.topic, id.partition);
    // What is wanted for a refused one, or found for one that was lost, is for the way below to say.
    if (!unknown.has(name) || options.refused?.has(name) === true) continue;
    unknown.delete(name);
    options.onHosted(options.restore(id, options.configOf(id.topic, id.topicId), known));
    options.held.release(id);
  }
  await forEachBounded(unknown, options.concurrencyMax, async (name) => {
    const found = parsePartitionName(name);
    if (found === undefined || !(await disk.stat(`${path}/${name}`))?.isDirectory) return;
    const recoveryPoint = recoveryPoints?.get(name) ?? 0;
    const logStartOffset = logStarts === undefined ? UNKNOWN_LOG_START : (logStarts.get(name) ?? 0);
    try {
      const refusal = options.refused?.get(name);
      if (refusal !== undefined) throw new Error(refusal);
      const topicId = await readTopicId(disk, `${path}/${name}`);
      if (topicId === undefined && !(await hasRecords(disk, `${path}/${name}`))) {
        // A power loss took the file that says whose it is, and nothing else was in there.
        await disk.removeTree(`${path}/${name}`);
        options.held.release(found);
        return;
      }
      const config = options.configOf(found.topic, topicId);
      const cleanedOffset = cleanedOffsetOf(name);
      const recovery = { cleanShutdown, recoveryPoint, logStartOffset, cleanedOffset };
      options.onHosted(await options.recover({ ...found, topicId }, config, recovery));
      options.held.release(found);
    } catch (error) {
      const reason = reasonOf(error);
      logger.error('a partition cannot be opened', { name, reason });
      unopened.set(name, reason);
    }
  });
  return { unopened, deleted };
}

async function hasRecords(disk: Disk, directory: string): Promise<boolean> {
  const logs = (await disk.list(directory)).filter((name) => name.includes(LOG_SUFFIX));
  for (const name of logs) {
    if (((await disk.stat(`${directory}/${name}`))?.sizeBytes ?? 0) > 0) return true;
  }
  return false;
}
