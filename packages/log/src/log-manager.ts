import type { Timer } from '@sluice/kernel/clock';
import { createMetrics } from '@sluice/kernel/metrics-registry';
import { startChores } from './chores.ts';
import { type Claim, claimDirectory } from './claim-directory.ts';
import { createCompactor, DEFAULT_COMPACTOR_SETTINGS } from './compaction/compactor.ts';
import { CHECKPOINT_FILES, createDirectoryCheckpoints } from './directory-checkpoints.ts';
import { isDirectoryFault } from './directory-fault.ts';
import { reasonOf } from './failure-reason.ts';
import { forEachBounded } from './for-each-bounded.ts';
import { createHeldOffsets } from './held-offsets.ts';
import { createHostLogs } from './host-logs.ts';
import { type DirectoryJournal, openDirectoryJournal } from './journal/directory-journal.ts';
import { loadPartitions } from './load-partitions.ts';
import type { HostedLog, LogDirectory, LogDirectoryOptions } from './log-directory.ts';
import type { DirectoryServices } from './log-home.ts';
import { createIncomingLogs } from './move/incoming-logs.ts';
import { createPartitionDirectories } from './partition-directories.ts';
import { partitionName } from './partition-name.ts';
import { createSharedParts } from './shared-parts.ts';
import { loadStopSummary, STOP_SUMMARY, type SummedLog, saveStopSummary } from './stop-summary.ts';

const CLEAN_SHUTDOWN = '.kafka_cleanshutdown';

/** `log.flush.offset.checkpoint.interval.ms`. */
const CHECKPOINT_INTERVAL_MS = 60_000;
/** `producer.id.expiration.check.interval.ms`. */
const EXPIRATION_INTERVAL_MS = 600_000;
/** The first look at what is too old comes soon after a start, as Kafka's does. */
const RETENTION_DELAY_MS = 30_000;
/** `log.retention.check.interval.ms`. */
const RETENTION_CHECK_INTERVAL_MS = 300_000;
/** Recovery points of segments that rolled are saved together: the file names every log of the directory. */
const MOVED_DELAY_MS = 1_000;
/** Logs that are opened, checkpointed or closed at once: the disk is busy with fewer. */
const CONCURRENCY_MAX = 16;

/** Opens a data directory, making it if need be. Fails with `LogDirectoryError`, or `DiskError`. */
export async function openLogDirectory(options: LogDirectoryOptions): Promise<LogDirectory> {
  return openClaimedDirectory(options, await claimDirectory(options));
}

/** Opens a directory that is ours already; it is given back with the end of it, or at once if this fails. */
export async function openClaimedDirectory(
  options: LogDirectoryOptions,
  { directoryId, lock }: Claim,
): Promise<LogDirectory> {
  const { disk, clock, random, path } = options;
  const logger = options.logger.with({ directory: path });
  const shared = options.shared ?? createSharedParts({ ...options, logger });
  const { files } = shared;
  const hosted = new Map<string, HostedLog>();
  let stopChores = () => Promise.resolve();
  let failure: string | undefined;
  let movedTimer: Timer | undefined;
  let directoryJournal: DirectoryJournal | undefined;

  const held = createHeldOffsets();
  const incoming = createIncomingLogs({ disk, random, path });
  const checkpoints = createDirectoryCheckpoints(disk, path, logsInCheckpoints, held);
  const { recoveryPoints, logStarts, cleanedOffsets } = checkpoints;
  const services: DirectoryServices = {
    checkpoints,
    get journal() {
      return directoryJournal?.journal;
    },
    checkpointOne,
    complain,
    onRecoveryPointMoved,
    onLogOffline,
  };
  const hosting = createHostLogs({ ...options, logger, shared, services });
  const partitions = createPartitionDirectories({
    ...{ disk, random, logger, path, files, hosted, hosting, checkpoints, services },
    journal: () => directoryJournal,
    failure: () => failure,
  });
  const compactorSettings = options.compactor ?? DEFAULT_COMPACTOR_SETTINGS;
  const compactor = createCompactor({
    settings: compactorSettings,
    clock,
    logger,
    metrics: options.metrics ?? createMetrics(),
    directory: path,
    seed: random.below(2 ** 32),
    // The files of one that moves are left as they are, as Kafka's cleaner does.
    logs: () => [...hosted.values()].filter(({ home }) => home.next === undefined),
    async saveCleanedOffsets() {
      // So that no recovery goes through what was compacted: producer state there is more than its batches tell.
      await Promise.all([cleanedOffsets.save(), recoveryPoints.save()]);
    },
  });

  function* logsInCheckpoints(): Generator<HostedLog> {
    yield* hosted.values();
    // What will move here: its offsets are on disk before it counts.
    yield* incoming.logs();
  }

  async function checkpointOne(name: string): Promise<void> {
    await hosted.get(name)?.log.checkpoint();
    await recoveryPoints.save();
  }

  async function checkpoint(): Promise<void> {
    await forEachBounded([...hosting.awake], CONCURRENCY_MAX, async (log) => {
      // A log that fails says so itself; the others go on.
      await log.checkpoint().catch(() => {});
    });
    await recoveryPoints.save();
  }

  function complain(error: unknown): void {
    if (failure !== undefined) return;
    if (isDirectoryFault(error)) fail(reasonOf(error));
    else logger.error('checkpoint failed', { reason: reasonOf(error) });
  }

  function onRecoveryPointMoved(): void {
    if (failure !== undefined) return;
    movedTimer ??= clock.setTimer(MOVED_DELAY_MS, () => {
      movedTimer = undefined;
      recoveryPoints.save().catch(complain);
    });
  }

  /** Its own files tell whether the directory still works. */
  function onLogOffline(): void {
    if (failure === undefined) recoveryPoints.save().catch(complain);
  }

  function fail(reason: string): void {
    failure = reason;
    movedTimer?.cancel();
    logger.error('the data directory is offline', { reason, partitionCount: hosted.size });
    compactor.stop();
    void stopChores();
    for (const { log } of hosted.values()) log.fail(`${path} is offline: ${reason}`);
    options.onOffline?.(reason);
  }

  function expireProducers(): void {
    for (const log of hosting.awake) log.expireProducers(shared.clockWindow.earliestMs());
  }

  async function applyRetention(): Promise<void> {
    await forEachBounded([...hosted.values()], CONCURRENCY_MAX, async ({ topic, partition, log }) => {
      await log.applyRetention().catch((error: unknown) => {
        logger.warn('old segments could not be deleted', { topic, partition, reason: reasonOf(error) });
      });
    });
  }

  try {
    const isClean = (await disk.stat(`${path}/${CLEAN_SHUTDOWN}`)) !== undefined;
    const summary = isClean ? await loadStopSummary(disk, path, CHECKPOINT_FILES) : undefined;
    directoryJournal = await openDirectoryJournal({ ...options, logger, isClean, recoveryPoints, logStarts });
    const { unrestored } = directoryJournal;
    // From now on it is not clean any more, and a crash must not find the mark.
    await disk.unlink(`${path}/${STOP_SUMMARY}`);
    await disk.unlink(`${path}/${CLEAN_SHUTDOWN}`);
    await disk.syncDirectory(path);
    const loaded = await loadPartitions({
      ...options,
      refused: new Map([...(options.refused ?? []), ...unrestored]),
      logger,
      isClean,
      recoveryPoints,
      logStarts,
      cleanedOffsets,
      held,
      concurrencyMax: CONCURRENCY_MAX,
      summary,
      restore: hosting.restore,
      recover: hosting.recover,
      onHosted: (each) => hosted.set(partitionName(each.topic, each.partition), each),
    });
    for (const name of loaded.deleted) partitions.removeLater(name);
    await incoming.find();
    // Also those of partitions whose deletion a crash interrupted: a later one of their name must not inherit them.
    await checkpoints.save();
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
    movedTimer?.cancel();
    await directoryJournal?.close(false);
    await lock.release();
    throw error;
  }

  function directoryOf(unopened: ReadonlyMap<string, string>): LogDirectory {
    return {
      path,
      directoryId,
      get failure() {
        return failure;
      },
      unopened,
      incoming,
      get: (topic, partition) => hosted.get(partitionName(topic, partition)),
      logs: () => hosted.values(),
      get logCount() {
        return hosted.size;
      },
      services,
      disown: partitions.disown,
      create: partitions.create,
      remove: partitions.remove,
      setAside: partitions.setAside,
      adopt: partitions.adopt,
      release: partitions.release,
      save: checkpoints.save,
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

  async function close(brokerEpoch = -1): Promise<void> {
    compactor.stop();
    await stopChores();
    await compactor.idle();
    if (options.shared === undefined) shared.deletedFiles.close();
    await forEachBounded([...hosted.values()], CONCURRENCY_MAX, ({ log }) => log.close());
    await partitions.removed();
    movedTimer?.cancel();
    try {
      if (failure === undefined) await markClean(brokerEpoch);
      else await directoryJournal?.close(false);
    } finally {
      await lock.release();
    }
  }

  async function markClean(brokerEpoch: number): Promise<void> {
    const isClean = [...hosted.values()].every(({ log }) => log.recoveryPoint === log.logEndOffset);
    await recoveryPoints.save();
    await logStarts.save();
    await directoryJournal?.close(isClean);
    if (isClean) {
      await saveStopSummary(disk, path, CHECKPOINT_FILES, summedLogs());
      await disk.replaceFile(`${path}/${CLEAN_SHUTDOWN}`, JSON.stringify({ version: 0, brokerEpoch }));
    }
  }

  function* summedLogs(): Generator<SummedLog> {
    for (const { topic, topicId, partition, log } of hosted.values()) {
      if (topicId !== undefined) yield { topic, topicId, partition, known: log.known() };
    }
  }
}
