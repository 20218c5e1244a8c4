import { DiskError } from '@sluice/kernel/disk';
import type { Uuid } from '@sluice/kernel/ids';
import { createMetrics } from '@sluice/kernel/metrics-registry';
import { createSerializer } from '@sluice/kernel/serialize';
import type { HostedLog, LogDirectory, LogDirectoryOptions } from './log-directory.ts';
import { failureOf, openPlaces, type Place } from './log-places.ts';
import type { ManagedLog } from './managed-log.ts';
import { createMoves } from './move/moves.ts';
import type { LogConfig } from './partition-log.ts';
import { isTooLongToMove, partitionName } from './partition-name.ts';
import { placementOrder } from './placement-order.ts';
import { createSharedParts } from './shared-parts.ts';

export interface LogDirectoriesOptions
  extends Omit<LogDirectoryOptions, 'path' | 'shared' | 'refused' | 'onOffline' | 'filesMax'> {
  /** `log.dirs`, absolute, each once. The first one counts as the first in every list. */
  readonly paths: readonly string[];
  readonly filesMax?: number;
}

/** What the broker wants to hear of its directories, and what they want to know of it. */
export interface LogDirectoriesEvents {
  /** A directory has failed; its logs are offline. */
  onOffline(path: string, reason: string): void;
  /** A log has moved. */
  onMoved(hosted: HostedLog, directory: LogDirectory): void;
  /** `replica.alter.log.dirs.io.max.bytes.per.second` */
  moveBytesPerSecondMax(): number;
  /** `cordoned.log.dirs`: nothing new comes into it. */
  isCordoned(path: string): boolean;
}

/** One of the configured directories. */
export interface LogPlace {
  readonly path: string;
  /** `undefined`: it did not open, see `failure`. */
  readonly directory: LogDirectory | undefined;
  /** Why it is offline; `undefined` while it works. */
  readonly failure: string | undefined;
}

export type MoveResult = 'moving' | 'unknown-directory' | 'offline' | 'cordoned' | 'name-too-long' | 'no-log';

/** All data directories of a broker, one as good as the other. */
export interface LogDirectories {
  /** As they were configured. */
  readonly places: readonly LogPlace[];
  get(topic: string, partition: number): HostedLog | undefined;
  /** The directory that holds the partition's log. */
  directoryOf(topic: string, partition: number): LogDirectory | undefined;
  logs(): Iterable<HostedLog>;
  /** Why a log that is on disk is not open. */
  unopened(topic: string, partition: number): string | undefined;
  /**
   * A new log, where it was asked to be before (`move`), or in the directory with the fewest. Fails with `DiskError`, or
   * `NoDirectoryError`.
   */
  create(topic: string, partition: number, topicId: Uuid, config: LogConfig): Promise<ManagedLog>;
  /** Wherever it is, and wherever it was about to move. */
  remove(topic: string, partition: number): Promise<void>;
  /**
   * Removes the logs of topics that are gone, and sets those aside whose topic was made anew while they were away; before
   * the cluster's partitions are opened.
   */
  clearStrays(topicIdOf: (topic: string) => Uuid | undefined): Promise<void>;
  /**
   * Moves a log to another directory, or where it is already gives up the move under way. A log that does not exist yet
   * will be made there (`no-log`).
   */
  move(topic: string, partition: number, path: string): Promise<MoveResult>;
  /** Goes on with the moves that the last stop interrupted; those without a log are given up. */
  resumeMoves(): Promise<void>;
  /** Once there is a broker to hear them. */
  listen(events: LogDirectoriesEvents): void;
  checkpoint(): Promise<void>;
  close(brokerEpoch?: number): Promise<void>;
}

export class NoDirectoryError extends Error {
  override readonly name = 'NoDirectoryError';
}

/** Preferences for partitions that do not exist: clients name them. */
const PREFERENCE_COUNT_MAX = 10_000;

const NO_EVENTS: LogDirectoriesEvents = {
  onOffline() {},
  onMoved() {},
  moveBytesPerSecondMax: () => Number.POSITIVE_INFINITY,
  isCordoned: () => false,
};

/**
 * Opens all of a broker's data directories. One that the disk does not let us use is offline, and the others go on; one
 * that is somebody else's, and having none left, fails with `LogDirectoryError` or `DiskError`.
 */
export async function openLogDirectories(options: LogDirectoriesOptions): Promise<LogDirectories> {
  const { disk, clock, logger } = options;
  const shared = createSharedParts(options);
  const metrics = options.metrics ?? createMetrics();
  const offlineCount = metrics.gauge('sluice_log_directories_offline');
  /** What becomes of one partition, one thing after the other. */
  const alone = createSerializer();
  let events = NO_EVENTS;
  // One may fail while others are being opened.
  let places: readonly Place[] = [];
  const online = () => places.flatMap(({ directory }) => (directory?.failure === undefined ? (directory ?? []) : []));
  const offline = () => places.filter((place) => failureOf(place) !== undefined);
  places = await openPlaces({
    ...options,
    metrics,
    shared,
    onOffline(path, reason) {
      tellMetrics();
      events.onOffline(path, reason);
    },
  });

  function tellMetrics(): void {
    offlineCount.set(offline().length);
    for (const place of places) {
      const gauge = metrics.gauge('sluice_log_directory_offline', { directory: place.path });
      gauge.set(failureOf(place) === undefined ? 0 : 1);
    }
  }

  tellMetrics();
  const moves = createMoves({
    disk,
    clock,
    logger,
    directories: online,
    bytesPerSecondMax: () => events.moveBytesPerSecondMax(),
    onMoved: (hosted, directory) => events.onMoved(hosted, directory),
  });
  /** Where partitions that do not exist yet shall be made, by name; the oldest first. */
  const preferences = new Map<string, string>();

  function directoryOf(topic: string, partition: number): LogDirectory | undefined {
    return places.find(({ directory }) => directory?.get(topic, partition) !== undefined)?.directory;
  }

  function* logs(): Generator<HostedLog> {
    for (const { directory } of places) if (directory !== undefined) yield* directory.logs();
  }

  async function create(topic: string, partition: number, topicId: Uuid, config: LogConfig): Promise<ManagedLog> {
    const name = partitionName(topic, partition);
    const candidates = placementOrder(
      places.filter((place) => failureOf(place) === undefined),
      { preferred: preferences.get(name), isCordoned: (path) => events.isCordoned(path) },
    );
    let failure: unknown;
    for (const place of candidates) {
      place.pendingCount++;
      try {
        const log = await place.directory?.create(topic, partition, topicId, config);
        if (log === undefined) continue;
        preferences.delete(name);
        return log;
      } catch (error) {
        failure = error;
        if (!(error instanceof DiskError)) break;
      } finally {
        place.pendingCount--;
      }
    }
    // Made only where it is thrown: its stack costs more than the rest of this, and thousands of partitions come at once.
    throw failure ?? new NoDirectoryError('no data directory takes new partitions');
  }

  async function remove(topic: string, partition: number): Promise<void> {
    const name = partitionName(topic, partition);
    await moves.cancel(name);
    for (const directory of online()) await directory.incoming.drop(name);
    const directory = directoryOf(topic, partition);
    if (directory?.failure === undefined) return await directory?.remove(topic, partition);
    // What cannot be removed now is set aside when the directory is back: its topic is gone.
    await directory.get(topic, partition)?.log.abandon();
    directory.disown(name);
  }

  async function clearStrays(topicIdOf: (topic: string) => Uuid | undefined): Promise<void> {
    for (const directory of online()) {
      for (const { topic, partition, topicId } of [...directory.logs()]) {
        const wanted = topicIdOf(topic);
        if (wanted === undefined) {
          logger.info('removing the log of a deleted topic', { topic, partition });
          await directory.remove(topic, partition);
        } else if (topicId !== undefined && topicId !== wanted) {
          const path = await directory.setAside(topic, partition);
          logger.warn('a log of an earlier topic of this name was set aside', { topic, partition, topicId, path });
        }
      }
    }
  }

  async function move(topic: string, partition: number, path: string): Promise<MoveResult> {
    const name = partitionName(topic, partition);
    const target = places.find((place) => place.path === path);
    if (isTooLongToMove(name)) return 'name-too-long';
    if (target === undefined) return 'unknown-directory';
    if (target.directory === undefined || failureOf(target) !== undefined) return 'offline';
    if (events.isCordoned(path)) return 'cordoned';
    const source = directoryOf(topic, partition);
    const hosted = source?.get(topic, partition);
    if (source?.failure !== undefined) return 'offline';
    if (source === undefined || hosted === undefined) {
      prefer(name, path);
      return 'no-log';
    }
    if (hosted.log.failure !== undefined) return 'offline';
    if (target.directory.incoming.get(name)?.hosted !== undefined) return 'moving';
    await moves.cancel(name);
    // The one that was about to end may have ended.
    const current = directoryOf(topic, partition);
    for (const directory of online()) if (directory !== target.directory) await directory.incoming.drop(name);
    if (current === undefined || current === target.directory) return 'moving';
    // As Kafka: in the directory that is away another move of it may have begun.
    if (offline().length > 0) return 'offline';
    await moves.start(hosted, current, target.directory);
    return 'moving';
  }

  function prefer(name: string, path: string): void {
    preferences.delete(name);
    preferences.set(name, path);
    for (const oldest of preferences.keys()) {
      if (preferences.size <= PREFERENCE_COUNT_MAX) return;
      preferences.delete(oldest);
    }
  }

  return {
    get places() {
      return places.map((place) => ({ path: place.path, directory: place.directory, failure: failureOf(place) }));
    },
    get: (topic, partition) => directoryOf(topic, partition)?.get(topic, partition),
    directoryOf,
    logs,
    unopened(topic, partition) {
      const name = partitionName(topic, partition);
      return places.map(({ directory }) => directory?.unopened.get(name)).find((reason) => reason !== undefined);
    },
    create: (topic, partition, topicId, config) =>
      alone(partitionName(topic, partition), () => create(topic, partition, topicId, config)),
    remove: (topic, partition) => alone(partitionName(topic, partition), () => remove(topic, partition)),
    clearStrays,
    move: (topic, partition, path) => alone(partitionName(topic, partition), () => move(topic, partition, path)),
    async resumeMoves() {
      for (const target of online()) {
        for (const { topic, partition, topicId } of [...target.incoming.all()]) {
          const source = directoryOf(topic, partition);
          const hosted = source?.get(topic, partition);
          if (source !== undefined && source !== target && hosted !== undefined && hosted.topicId === topicId) {
            await moves.start(hosted, source, target);
          } else if (offline().length === 0) {
            await target.incoming.drop(partitionName(topic, partition));
          }
        }
      }
    },
    listen(listener) {
      events = listener;
    },
    async checkpoint() {
      await Promise.all(online().map((directory) => directory.checkpoint()));
    },
    async close(brokerEpoch) {
      await moves.stop();
      const ended = await Promise.allSettled(places.map(({ directory }) => directory?.close(brokerEpoch)));
      shared.deletedFiles.close();
      for (const result of ended) if (result.status === 'rejected') throw result.reason;
    },
  };
}
