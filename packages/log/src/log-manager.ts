import { assert } from '@sluice/kernel/assert';
import type { Uuid } from '@sluice/kernel/ids';
import { createMetrics } from '@sluice/kernel/metrics-registry';
import { startChores } from './chores.ts';
import { claimDirectory } from './claim-directory.ts';
import { createClockWindow } from './clock-window.ts';
import { createCompactor, DEFAULT_COMPACTOR_SETTINGS } from './compaction/compactor.ts';
import { createDeletedFiles } from './deleted-files.ts';
import { createDirectoryCheckpoints } from './directory-checkpoints.ts';
import { reasonOf } from './failure-reason.ts';
import { createFileCache } from './file-cache.ts';
import { PARTITION_METADATA } from './file-names.ts';
import { forEachBounded } from './for-each-bounded.ts';
import { createHeldOffsets } from './held-offsets.ts';
import { loadPartitions } from './load-partitions.ts';
import type { HostedLog, LogDirectory, LogDirectoryOptions } from './log-directory.ts';
import type { LogHooks } from './log-hooks.ts';
import type { ManagedLog } from './managed-log.ts';
import { NEW_LOG, openPartitionLog, type RecoveryInfo } from './open-partition-log.ts';
import type { LogConfig } from './partition-log.ts';
import { encodePartitionMetadata } from './partition-metadata.ts';
import { deletedPartitionName, partitionName } from './partition-name.ts';
import { createReadBuffers } from './read-buffers.ts';
import { writeUnsynced } from './write-unsynced.ts';

const CLEAN_SHUTDOWN = '.kafka_cleanshutdown';

/** `log.flush.offset.checkpoint.interval.ms`. */
const CHECKPOINT_INTERVAL_MS = 60_000;
/** `producer.id.expiration.check.interval.ms`. */
const EXPIRATION_INTERVAL_MS = 600_000;
/** The first look at what is too old comes soon after a start, as Kafka's does. */
const RETENTION_DELAY_MS = 30_000;
/** `log.retention.check.interval.ms`. */
const RETENTION_CHECK_INTERVAL_MS = 300_000;
/** Logs that are opened, checkpointed or closed at once: the disk is busy with fewer. */
const CONCURRENCY_MAX = 16;
/** Descriptors for segments, unless more are in use at once. */
const FILES_MAX = 512;

/** Opens a data directory, making it if need be. Fails with `LogDirectoryError`, or `DiskError`. */
export async function openLogDirectory(options: LogDirectoryOptions): Promise<LogDirectory> {
  const { disk, clock, random, path } = options;
  const logger = options.logger.with({ directory: path });
  const { directoryId, lock } = await claimDirectory(options);
  const clockWindow = createClockWindow(clock);
  const files = createFileCache(disk, options.filesMax ?? FILES_MAX);
  const deletedFiles = createDeletedFiles(disk, clock, logger);
  const readBuffers = createReadBuffers();
  const hosted = new Map<string, HostedLog>();
  const removals = new Set<Promise<void>>();
  let stopChores = () => Promise.resolve();

  const held = createHeldOffsets();
  const { recoveryPoints, logStarts, cleanedOffsets } = createDirectoryCheckpoints(disk, path, hosted, held);
  const compactorSettings = options.compactor ?? DEFAULT_COMPACTOR_SETTINGS;
  const compactor = createCompactor({
    settings: compactorSettings,
    clock,
    logger,
    metrics: options.metrics ?? createMetrics(),
    directory: path,
    seed: random.below(2 ** 32),
    logs: () => hosted.values(),
    async saveCleanedOffsets() {
      // So that no recovery goes through what was compacted: producer state there is more than its batches tell.
      await Promise.all([cleanedOffsets.save(), recoveryPoints.save()]);
    },
  });

  function open(
    topic: string,
    partition: number,
    config: LogConfig,
    recovery: RecoveryInfo,
    hooks?: Partial<LogHooks>,
  ) {
    // What is found on disk opens with the broker's defaults; only what is made comes with its topic's settings and hooks.
    const isConfigProvisional = hooks === undefined;
    const name = partitionName(topic, partition);
    return openPartitionLog({
      disk,
      clock,
      random,
      directory: `${path}/${name}`,
      topic,
      partition,
      config,
      tailCache: options.tailCache,
      logger,
      recovery,
      durability: options.durability,
      syncSpacingMs: options.syncSpacingMs,
      clockWindow,
      files,
      deletedFiles,
      isConfigProvisional,
      readBuffers,
      acknowledgesBeforeSync: options.acknowledgesBeforeSync ?? false,
      hooks: {
        persistLogStartOffset: () => logStarts.save(),
        persistRecoveryPoint: () => recoveryPoints.save(),
        persistCleanedOffset: () => cleanedOffsets.save(),
        onRecoveryPointMoved: () => recoveryPoints.save().catch(complain),
        onCheckpointDue: () => checkpointOne(name).catch(complain),
        ...hooks,
      },
    });
  }

  async function checkpointOne(name: string): Promise<void> {
    await hosted.get(name)?.log.checkpoint();
    await recoveryPoints.save();
  }

  async function checkpoint(): Promise<void> {
    await forEachBounded([...hosted.values()], CONCURRENCY_MAX, async ({ log }) => {
      // A log that fails says so itself; the others go on.
      await log.checkpoint().catch(() => {});
    });
    await recoveryPoints.save();
  }

  function complain(error: unknown): void {
    logger.error('checkpoint failed', { reason: reasonOf(error) });
  }

  function expireProducers(): void {
    for (const { log } of hosted.values()) log.expireProducers(clockWindow.earliestMs());
  }

  async function applyRetention(): Promise<void> {
    await forEachBounded([...hosted.values()], CONCURRENCY_MAX, async ({ topic, partition, log }) => {
      await log.applyRetention().catch((error: unknown) => {
        logger.warn('old segments could not be deleted', { topic, partition, reason: reasonOf(error) });
      });
    });
  }

  function removeLater(name: string): void {
    const removal = disk
      .removeTree(`${path}/${name}`)
      .catch((error: unknown) => logger.warn('a deleted partition is still there', { name, reason: reasonOf(error) }))
      .finally(() => removals.delete(removal));
    removals.add(removal);
  }

  try {
    const isClean = (await disk.stat(`${path}/${CLEAN_SHUTDOWN}`)) !== undefined;
    // From now on it is not clean any more, and a crash must not find the mark.
    await disk.unlink(`${path}/${CLEAN_SHUTDOWN}`);
    await disk.syncDirectory(path);
    const loaded = await loadPartitions({
      ...options,
      logger,
      isClean,
      recoveryPoints,
      logStarts,
      cleanedOffsets,
      held,
      concurrencyMax: CONCURRENCY_MAX,
      open: (partition, config, recovery) => open(partition.topic, partition.partition, config, recovery),
      onOpened: (each) => hosted.set(partitionName(each.topic, each.partition), each),
    });
    for (const name of loaded.deleted) removeLater(name);
    // Also those of partitions whose deletion a crash interrupted: a later one of their name must not inherit them.
    await Promise.all([recoveryPoints.save(), logStarts.save(), cleanedOffsets.save()]);
    const retentionMs = options.retentionCheckIntervalMs ?? RETENTION_CHECK_INTERVAL_MS;
    stopChores = startChores(clock, [
      { intervalMs: options.checkpointIntervalMs ?? CHECKPOINT_INTERVAL_MS, run: () => checkpoint().catch(complain) },
      { intervalMs: EXPIRATION_INTERVAL_MS, run: expireProducers },
      { delayMs: Math.min(retentionMs, RETENTION_DELAY_MS), intervalMs: retentionMs, run: applyRetention },
      { intervalMs: compactorSettings.backoffMs, run: compactor.run },
    ]);
    return directoryOf(loaded.unopened);
  } catch (error) {
    await Promise.all([...hosted.values()].map(({ log }) => log.close()));
    await lock.release();
    throw error;
  }

  function directoryOf(unopened: ReadonlyMap<string, string>): LogDirectory {
    return {
      path,
      directoryId,
      unopened,
      get: (topic, partition) => hosted.get(partitionName(topic, partition)),
      logs: () => hosted.values(),
      create,
      remove,
      checkpoint,
      applyRetention,
      compact: compactor.run,
      get uncompacted() {
        return compactor.failed;
      },
      space: () => disk.space(path),
      close,
    };
  }

  async function create(topic: string, partition: number, topicId: Uuid, config: LogConfig): Promise<ManagedLog> {
    const name = partitionName(topic, partition);
    assert(!hosted.has(name), `the directory does not host ${name} yet`);
    await disk.makeDirectory(`${path}/${name}`);
    const metadata = encodePartitionMetadata(topicId);
    let persisted: Promise<void> | undefined;
    // An empty partition that a power loss takes away is made again from the cluster's metadata, so creating one
    // (or ten thousand) costs no sync.
    await writeUnsynced(disk, `${path}/${name}/${PARTITION_METADATA}`, metadata);
    const log = await open(topic, partition, config, NEW_LOG, {
      persistDirectory() {
        persisted ??= disk
          .replaceFile(`${path}/${name}/${PARTITION_METADATA}`, metadata)
          .then(() => disk.syncDirectory(path));
        return persisted;
      },
    });
    hosted.set(name, { topic, partition, topicId, log });
    return log;
  }

  async function remove(topic: string, partition: number): Promise<void> {
    const name = partitionName(topic, partition);
    const each = hosted.get(name);
    assert(each !== undefined, `the directory hosts ${name}`);
    await each.log.abandon();
    const deleted = deletedPartitionName(name, random.bytes(16).toString('hex'));
    // Only then is its name free: what is created over the old files would have their records.
    await disk.rename(`${path}/${name}`, `${path}/${deleted}`);
    // Who read or compacted it may have opened files until now; those of a later partition of this name are others.
    await files.forgetDirectory(`${path}/${name}`);
    hosted.delete(name);
    await disk.syncDirectory(path);
    // A later partition of this name must not inherit its offsets.
    await Promise.all([recoveryPoints.save(), logStarts.save()]);
    if (each.log.compaction.cleanedOffset !== undefined) await cleanedOffsets.save();
    removeLater(deleted);
  }

  async function close(brokerEpoch = -1): Promise<void> {
    compactor.stop();
    await stopChores();
    await compactor.idle();
    deletedFiles.close();
    await forEachBounded([...hosted.values()], CONCURRENCY_MAX, ({ log }) => log.close());
    await Promise.all([...removals]);
    const isClean = [...hosted.values()].every(({ log }) => log.recoveryPoint === log.logEndOffset);
    await recoveryPoints.save();
    await logStarts.save();
    if (isClean) {
      await disk.replaceFile(`${path}/${CLEAN_SHUTDOWN}`, JSON.stringify({ version: 0, brokerEpoch }));
    }
    await lock.release();
  }
}
