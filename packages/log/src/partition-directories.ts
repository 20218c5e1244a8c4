import { assert } from '@sluice/kernel/assert';
import type { Disk } from '@sluice/kernel/disk';
import type { Uuid } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { Random } from '@sluice/kernel/random';
import { createSharedRuns } from '@sluice/kernel/share-runs';
import type { DirectoryCheckpoints } from './directory-checkpoints.ts';
import { isDirectoryFault } from './directory-fault.ts';
import { reasonOf } from './failure-reason.ts';
import type { FileCache } from './file-cache.ts';
import { PARTITION_METADATA } from './file-names.ts';
import type { HostLogs } from './host-logs.ts';
import type { DirectoryJournal } from './journal/directory-journal.ts';
import type { HostedLog, LogDirectory } from './log-directory.ts';
import type { DirectoryServices } from './log-home.ts';
import type { ManagedLog } from './managed-log.ts';
import type { LogConfig } from './partition-log.ts';
import { encodePartitionMetadata } from './partition-metadata.ts';
import { deletedPartitionName, partitionName, strayPartitionName } from './partition-name.ts';
import { writeUnsynced } from './write-unsynced.ts';

export interface PartitionDirectoriesOptions {
  readonly disk: Disk;
  readonly random: Random;
  readonly logger: Logger;
  readonly path: string;
  readonly files: FileCache;
  /** By name; what comes and goes here is entered and taken out. */
  readonly hosted: Map<string, HostedLog>;
  readonly hosting: HostLogs;
  readonly checkpoints: DirectoryCheckpoints;
  readonly services: DirectoryServices;
  /** `undefined` until what an earlier one has is put back. */
  readonly journal: () => DirectoryJournal | undefined;
  /** Why nothing in the data directory works any more. */
  readonly failure: () => string | undefined;
}

/** How partitions come to a data directory and leave it: their directories, and the logs in these. */
export interface PartitionDirectories
  extends Pick<LogDirectory, 'create' | 'remove' | 'setAside' | 'adopt' | 'release' | 'disown'> {
  /** Deletes a directory that bears a deleted partition's name. */
  removeLater(name: string): void;
  /** Settles once all of those are gone. */
  removed(): Promise<void>;
}

export function createPartitionDirectories(options: PartitionDirectoriesOptions): PartitionDirectories {
  const { disk, random, logger, path, files, hosted, hosting, services } = options;
  const { recoveryPoints, logStarts, cleanedOffsets } = options.checkpoints;
  const removals = new Set<Promise<void>>();
  /** Thousands of partitions may be written to for the first time at once: their names share syncs. */
  const syncNames = createSharedRuns(() => disk.syncDirectory(path));

  function removeLater(name: string): void {
    const removal = disk
      .removeTree(`${path}/${name}`)
      .catch((error: unknown) => logger.warn('a deleted partition is still there', { name, reason: reasonOf(error) }))
      .finally(() => removals.delete(removal));
    removals.add(removal);
  }

  async function create(topic: string, partition: number, topicId: Uuid, config: LogConfig): Promise<ManagedLog> {
    const name = partitionName(topic, partition);
    assert(!hosted.has(name), `the directory does not host ${name} yet`);
    const metadata = encodePartitionMetadata(topicId);
    const metadataPath = `${path}/${name}/${PARTITION_METADATA}`;
    try {
      await disk.makeDirectory(`${path}/${name}`);
      // An empty partition that a power loss takes away is made again from the cluster's metadata, so creating one
      // (or ten thousand) costs no sync.
      await writeUnsynced(disk, metadataPath, metadata);
    } catch (error) {
      if (isDirectoryFault(error)) services.complain(error);
      throw error;
    }
    let persisted: Promise<void> | undefined;
    const created = hosting.make({ topic, partition, topicId }, config, () => {
      // Whoever asks for it syncs the partition's directory next.
      persisted ??= disk.placeFile(metadataPath, metadata).then(syncNames);
      return persisted;
    });
    hosted.set(name, created);
    return created.log;
  }

  async function remove(topic: string, partition: number): Promise<void> {
    const name = partitionName(topic, partition);
    const each = hosted.get(name);
    assert(each !== undefined, `the directory hosts ${name}`);
    await each.log.abandon();
    await cutJournal(each);
    await release(name);
  }

  /** Should a partition of this topic and number come back, none of the old records do. */
  async function cutJournal({ topicId, partition }: HostedLog): Promise<void> {
    try {
      await options.journal()?.cutPartition(topicId, partition);
    } catch (error) {
      const reason = reasonOf(error);
      logger.warn('the journal still has records of a removed partition', { topicId, partition, reason });
    }
  }

  /** Its files go; the log may live elsewhere from now on. */
  async function release(name: string): Promise<void> {
    const deleted = deletedPartitionName(name, uniquePart());
    const hasCleanedOffset = hosted.get(name)?.log.compaction.cleanedOffset !== undefined;
    await giveWay(name, deleted);
    // A later partition of this name must not inherit its offsets.
    await Promise.all([recoveryPoints.save(), logStarts.save()]);
    if (hasCleanedOffset) await cleanedOffsets.save();
    removeLater(deleted);
  }

  /** Only then is its name free: what is created over the old files would have their records. */
  async function giveWay(name: string, newName: string): Promise<void> {
    await disk.rename(`${path}/${name}`, `${path}/${newName}`);
    // Who read or compacted it may have opened files until now; those of a later partition of this name are others.
    await files.forgetDirectory(`${path}/${name}`);
    unhost(name);
    await disk.syncDirectory(path);
  }

  async function setAside(topic: string, partition: number): Promise<string> {
    const name = partitionName(topic, partition);
    const each = hosted.get(name);
    await each?.log.close();
    if (each !== undefined) await cutJournal(each);
    const stray = strayPartitionName(name, uniquePart());
    await giveWay(name, stray);
    await options.checkpoints.save();
    return `${path}/${stray}`;
  }

  function adopt(each: HostedLog): void {
    const name = partitionName(each.topic, each.partition);
    assert(!hosted.has(name), `the directory does not host ${name} yet`);
    hosted.set(name, each);
    hosting.adopt(each);
    each.home.directory = services;
    // Its directory is durable, and was even before it came here.
    each.home.persistDirectory = undefined;
    const failure = options.failure();
    if (failure !== undefined) each.log.fail(`${path} is offline: ${failure}`);
  }

  function unhost(name: string): void {
    const each = hosted.get(name);
    if (each !== undefined) hosting.forget(each);
    hosted.delete(name);
  }

  function uniquePart(): string {
    return random.bytes(16).toString('hex');
  }

  return {
    create,
    remove,
    setAside,
    adopt,
    release,
    disown: unhost,
    removeLater,
    async removed() {
      await Promise.all(removals);
    },
  };
}
