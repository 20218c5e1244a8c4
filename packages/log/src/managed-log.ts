import type { Offset, TimestampMs } from '@sluice/kernel/ids';
import type { LogCompaction } from './compaction/log-compaction.ts';
import type { KnownLog } from './known-log.ts';
import type { Pace } from './move/copy-file.ts';
import type { LogCopy } from './move/log-copy.ts';
import type { PartitionLog } from './partition-log.ts';

/** A partition's log with what its data directory needs besides. */
export interface ManagedLog extends PartitionLog {
  readonly directory: string;
  readonly recoveryPoint: Offset;
  /** What a checkpoint must say: at least the log start, and more while a deletion waits for that checkpoint. */
  readonly logStartOffsetWanted: Offset;
  readonly segmentCount: number;
  /** What to remember of it while its files are closed. */
  known(): KnownLog;
  /** Makes what is in the log durable with its indexes and producer state, and moves the recovery point behind it. */
  checkpoint(): Promise<void>;
  expireProducers(nowMs: TimestampMs): void;
  /** Deletes whole segments that are too old or too much, by the topic's settings. */
  applyRetention(): Promise<void>;
  readonly compaction: LogCompaction;
  /** Whether its topic is compacted, as far as is known yet. */
  readonly isCompacted: boolean;
  /** Removes whole segments below the log start. */
  removeDeletedSegments(): Promise<void>;
  /** Drops everything and starts at `offset`. */
  startAt(offset: Offset): Promise<void>;
  /** Closes without writing anything more: the log is about to be removed. */
  abandon(): Promise<void>;
  /** Takes it offline for good: its directory does not work any more. */
  fail(reason: string): void;
  /** For a move to another directory of this broker. One at a time; given up by forgetting it. */
  copyTo(directory: string, pace: Pace): Promise<LogCopy>;
}
