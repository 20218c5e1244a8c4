import type { Clock } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { Uuid } from '@sluice/kernel/ids';
import { limitConcurrency } from '@sluice/kernel/limit-concurrency';
import type { Logger } from '@sluice/kernel/logger';
import type { Random } from '@sluice/kernel/random';
import { PARTITION_METADATA } from './file-names.ts';
import { BLANK_LOG, type KnownLog } from './known-log.ts';
import { LazyLog, type LazyLogHost } from './lazy-log.ts';
import type { HostedLog } from './log-directory.ts';
import { type DirectoryServices, hooksOf, journalOf, type LogHome } from './log-home.ts';
import { type OpenLogOptions, openBlankLog, openPartitionLog, type RecoveryInfo } from './open-partition-log.ts';
import type { LogConfig } from './partition-log.ts';
import { partitionName } from './partition-name.ts';
import type { SharedParts } from './shared-parts.ts';
import type { TailCache } from './tail-cache.ts';
import type { Durability } from './writer.ts';

export interface HostLogsOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly path: string;
  readonly tailCache: TailCache;
  readonly durability: Durability;
  readonly syncSpacingMs?: number;
  readonly acknowledgesBeforeSync?: boolean;
  readonly shared: SharedParts;
  readonly services: DirectoryServices;
}

/** Logs whose files are read at once: the disk is busy with fewer. */
const OPENING_MAX = 16;

type LogId = Pick<HostedLog, 'topic' | 'partition' | 'topicId'>;

/** How the logs of one data directory come to be: each at rest, with its files closed until somebody uses it. */
export interface HostLogs {
  /** In a directory that was made for it just now. */
  make(id: LogId & { readonly topicId: Uuid }, config: LogConfig, persistDirectory: () => Promise<void>): HostedLog;
  /** Nothing has changed since this was known of it. */
  restore(id: LogId, config: LogConfig, known: KnownLog): HostedLog;
  /** Reads and checks its files first. Fails with `DiskError`. */
  recover(id: LogId, config: LogConfig, recovery: RecoveryInfo): Promise<HostedLog>;
  /** Those with open files, which have something to write, or to forget after a while. */
  readonly awake: ReadonlySet<LazyLog>;
  /** It came from another directory. */
  adopt(hosted: HostedLog): void;
  /** It is hosted here no more. */
  forget(hosted: HostedLog): void;
}

export function createHostLogs(options: HostLogsOptions): HostLogs {
  const { path, logger, shared, services } = options;
  const awake = new Set<LazyLog>();
  const opening = limitConcurrency(OPENING_MAX);

  const host: LazyLogHost = {
    path,
    logger,
    clockWindow: shared.clockWindow,
    open: (log, config, isProvisional) =>
      opening(() => openPartitionLog(openOptions(log, log.home, config, isProvisional, asItWas(log.known())))),
    openBlank: (log, config, isProvisional) =>
      openBlankLog(openOptions(log, log.home, config, isProvisional, asItWas(BLANK_LOG))),
    onAwake: (log) => awake.add(log),
    onUnopened: (_, reason) => services.onLogOffline(reason),
  };

  function openOptions(
    { topic, partition, topicId }: LogId,
    home: LogHome,
    config: LogConfig,
    isConfigProvisional: boolean,
    recovery: RecoveryInfo,
  ): OpenLogOptions {
    const name = partitionName(topic, partition);
    return {
      disk: options.disk,
      clock: options.clock,
      random: options.random,
      directory: `${path}/${name}`,
      topic,
      partition,
      config,
      tailCache: options.tailCache,
      logger,
      recovery,
      durability: options.durability,
      syncSpacingMs: options.syncSpacingMs,
      ...shared,
      isConfigProvisional,
      leavesTailUnchecked: true,
      acknowledgesBeforeSync: options.acknowledgesBeforeSync ?? false,
      hooks: hooksOf(home, name),
      journal: journalOf(home, topicId),
    };
  }

  function homeOf(persistDirectory?: () => Promise<void>): LogHome {
    return { directory: services, next: undefined, persistDirectory };
  }

  function hosted(id: LogId, log: LazyLog): HostedLog {
    return { topic: id.topic, partition: id.partition, topicId: id.topicId, log, home: log.home };
  }

  function restore(id: LogId, config: LogConfig, known: KnownLog): HostedLog {
    return hosted(
      id,
      new LazyLog({ ...id, config, host, home: homeOf(), known, isNew: false, isConfigProvisional: true }),
    );
  }

  /** Nothing was ever written to it, nor should have been: there is nothing to check. */
  async function isBlank({ topic, partition }: LogId, recovery: RecoveryInfo): Promise<boolean> {
    if (recovery.recoveryPoint > 0 || recovery.logStartOffset > 0) return false;
    const names = await options.disk.list(`${path}/${partitionName(topic, partition)}`);
    return names.every((name) => name === PARTITION_METADATA);
  }

  return {
    awake,
    // Only what is made comes with its topic's settings; what is found has the broker's defaults until those are known.
    make: (id, config, persistDirectory) =>
      hosted(
        id,
        new LazyLog({
          ...id,
          config,
          host,
          home: homeOf(persistDirectory),
          known: BLANK_LOG,
          isNew: true,
          isConfigProvisional: false,
        }),
      ),
    restore,
    async recover(id, config, recovery) {
      if (await isBlank(id, recovery)) return restore(id, config, BLANK_LOG);
      const home = homeOf();
      const opened = await openPartitionLog(openOptions(id, home, config, true, recovery));
      const known = opened.known();
      const log = new LazyLog({ ...id, config, host, home, known, isNew: false, isConfigProvisional: true });
      if (opened.failure !== undefined) log.wakeWith(opened);
      // Most are not used at once, if ever.
      else await opened.abandon();
      return hosted(id, log);
    },
    adopt({ log }) {
      if (log instanceof LazyLog && log.isAwake) awake.add(log);
    },
    forget({ log }) {
      if (log instanceof LazyLog) awake.delete(log);
    },
  };
}

/** At rest a log is as after a clean stop, or as a recovery found it, which then finds the same again. */
function asItWas(known: KnownLog): RecoveryInfo {
  const { logStartOffset, logEndOffset, recoveryPoint, cleanedOffset } = known;
  return { cleanShutdown: recoveryPoint === logEndOffset, recoveryPoint, logStartOffset, cleanedOffset };
}
