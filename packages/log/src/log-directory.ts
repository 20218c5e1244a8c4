import type { Clock } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { NodeId, Uuid } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { Metrics } from '@sluice/kernel/metrics';
import type { Random } from '@sluice/kernel/random';
import type { CompactorSettings } from './compaction/compactor.ts';
import type { ManagedLog } from './managed-log.ts';
import type { LogConfig } from './partition-log.ts';
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
  /** The settings of a partition that is found on disk; `topicId` is unknown in directories of Kafka before 2.8. */
  readonly configOf: (topic: string, topicId: Uuid | undefined) => LogConfig;
  /** Names in the directory that are not ours and not foreign either. */
  readonly knownNames?: readonly string[];
  readonly filesMax?: number;
  readonly checkpointIntervalMs?: number;
  readonly retentionCheckIntervalMs?: number;
  readonly compactor?: CompactorSettings;
  readonly metrics?: Metrics;
  /** As for `openPartitionLog`: tests must notice it. */
  readonly acknowledgesBeforeSync?: boolean;
}

export interface HostedLog {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: Uuid | undefined;
  readonly log: ManagedLog;
}

/** One data directory: its partitions' logs, and what Kafka keeps beside them. */
export interface LogDirectory {
  readonly path: string;
  readonly directoryId: Uuid;
  get(topic: string, partition: number): HostedLog | undefined;
  logs(): Iterable<HostedLog>;
  /** Partitions on disk that could not be opened, with the reason. */
  readonly unopened: ReadonlyMap<string, string>;
  /** A new partition, with an empty log. It survives a power loss once something in it does. */
  create(topic: string, partition: number, topicId: Uuid, config: LogConfig): Promise<ManagedLog>;
  /** Gone for good when it settles: it does not come back after a crash. Its files go a little later. */
  remove(topic: string, partition: number): Promise<void>;
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
