import type { Clock } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { NodeId, Uuid } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { Metrics } from '@sluice/kernel/metrics';
import type { Random } from '@sluice/kernel/random';
import type { CompactorSettings } from './compaction/compactor.ts';
import type { JournalCanary } from './journal/directory-journal.ts';
import type { JournalSettings } from './journal/settings.ts';
import type { DirectoryServices, LogHome } from './log-home.ts';
import type { ManagedLog } from './managed-log.ts';
import type { IncomingLogs } from './move/incoming-logs.ts';
import type { LogConfig } from './partition-log.ts';
import type { SharedParts } from './shared-parts.ts';
import type { TailCache } from './tail-cache.ts';
import type { Durability } from './writer.ts';

export interface LogDirectoryOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly path: string;
  readonly clusterId: string;
  readonly nodeId: NodeId;
  /** Shared by all directories of a broker. */
  readonly tailCache: TailCache;
  readonly durability: Durability;
  /** See `openPartitionLog`. */
  readonly syncSpacingMs?: number;
  /** Many logs share their syncs by it; without it every log syncs its own segments. */
  readonly journal?: JournalSettings;
  /** The settings of a partition that is found on disk; `topicId` is unknown in directories of Kafka before 2.8. */
  readonly configOf: (topic: string, topicId: Uuid | undefined) => LogConfig;
  /** Names in the directory that are not ours and not foreign either. */
  readonly knownNames?: readonly string[];
  readonly filesMax?: number;
  /** With other directories of this broker; they are closed by who made them. */
  readonly shared?: SharedParts;
  /** Partitions that must not be opened, by name, with the reason. */
  readonly refused?: ReadonlyMap<string, string>;
  /** The directory has failed as a whole: its logs are offline for good. Told once. */
  readonly onOffline?: (reason: string) => void;
  readonly checkpointIntervalMs?: number;
  readonly retentionCheckIntervalMs?: number;
  readonly compactor?: CompactorSettings;
  readonly metrics?: Metrics;
  /** As for `openPartitionLog`: tests must notice it. */
  readonly acknowledgesBeforeSync?: boolean;
  readonly journalCanary?: JournalCanary;
}

export interface HostedLog {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: Uuid | undefined;
  readonly log: ManagedLog;
  readonly home: LogHome;
}

/** One data directory: its partitions' logs, and what Kafka keeps beside them. */
export interface LogDirectory {
  readonly path: string;
  readonly directoryId: Uuid;
  /** Why nothing in it works any more. */
  readonly failure: string | undefined;
  get(topic: string, partition: number): HostedLog | undefined;
  logs(): Iterable<HostedLog>;
  readonly logCount: number;
  /** Partitions on disk that could not be opened, with the reason. */
  readonly unopened: ReadonlyMap<string, string>;
  /** Logs that are to move here from other directories. */
  readonly incoming: IncomingLogs;
  /** A new partition, with an empty log. It survives a power loss once something in it does. */
  create(topic: string, partition: number, topicId: Uuid, config: LogConfig): Promise<ManagedLog>;
  /** Gone for good when it settles: it does not come back after a crash. Its files go a little later. */
  remove(topic: string, partition: number): Promise<void>;
  /** Closes a log that belongs to no topic and renames it out of the way; returns where it is kept. */
  setAside(topic: string, partition: number): Promise<string>;
  /** All checkpoints as they are now, on disk when it settles. */
  save(): Promise<void>;
  /** What logs that live here, or are about to, ask of it. */
  readonly services: DirectoryServices;
  /** Hosts it no longer: its files are somewhere else. */
  disown(name: string): void;
  /** Hosts a log whose files were moved here. */
  adopt(hosted: HostedLog): void;
  /** A log's files were moved away: what is left here of them goes, and never comes back. */
  release(name: string): Promise<void>;
  /** Moves all recovery points behind what is in the logs now. */
  checkpoint(): Promise<void>;
  /** Deletes what is too old or too much in all logs. */
  applyRetention(): Promise<void>;
  /** Compacts what is due. */
  compact(): Promise<void>;
  /** Partitions that could not be compacted, with the reason. */
  readonly uncompacted: ReadonlyMap<string, string>;
  space(): Promise<{ totalBytes: number; freeBytes: number }>;
  /** A clean stop: the next start reads nothing but the ends of the logs. */
  close(brokerEpoch?: number): Promise<void>;
}
