import type { LeaderEpoch, TimestampMs } from '@sluice/kernel/ids';
import type { PartitionLog } from '@sluice/log/partition-log';
import type { CoordinatorShard, Pending, Step } from './coordinator-shard.ts';
import type { ShardMarker } from './shard-writer.ts';

export type Result<T> = { readonly response: T } | { readonly errorCode: number };

/** Runs the shards of one internal topic, one for each partition that this broker leads. */
export interface CoordinatorRuntime<S extends CoordinatorShard<R>, R> {
  /** This broker leads the partition now: replays it in slices, answering COORDINATOR_LOAD_IN_PROGRESS meanwhile, then serves. */
  load(partition: number, log: PartitionLog, leaderEpoch: LeaderEpoch): void;
  /** It leads it no more (or the log is gone): what waits fails with NOT_COORDINATOR. */
  unload(partition: number): void;
  /**
   * Takes one decision on a partition's shard. The result comes when the step's records are committed, or when a later
   * step answers `pending`. NOT_COORDINATOR if the partition is not led here, COORDINATOR_LOAD_IN_PROGRESS while it
   * loads, COORDINATOR_NOT_AVAILABLE (or NOT_COORDINATOR, as Kafka) if it fails; a failed append unloads the shard, which
   * is then loaded again.
   */
  run<T>(partition: number, decide: (shard: S, now: TimestampMs, pending: Pending<T>) => Step<R>): Promise<Result<T>>;
  /**
   * Appends a marker to the partition and ends the transaction in its shard; the result comes when it is committed. The
   * log's own error code if it does not want the marker.
   */
  endTransaction(partition: number, marker: ShardMarker): Promise<Result<undefined>>;
  /**
   * The same on every shard, without an answer (changes of the metadata image): at once where it serves, else as soon as
   * it does.
   */
  runAll(decide: (shard: S, now: TimestampMs) => Step<R>): void;
  /** Partitions whose shard serves or loads. */
  readonly loaded: ReadonlySet<number>;
  readonly loading: ReadonlySet<number>;
  close(): Promise<void>;
}
