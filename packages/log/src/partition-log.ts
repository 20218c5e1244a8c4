import type { LeaderEpoch, Offset, ProducerEpoch, ProducerId, TimestampMs } from '@sluice/kernel/ids';
import type { Prerequisite } from './prerequisite.ts';
import type { VerificationStart } from './producer-state.ts';
import type { AbortedTxn } from './txn-index.ts';
import type { VerificationGuard, VerifiedBatch } from './verifications.ts';

/**
 * What the broker sees of one partition's log. Appends are synchronous decisions (offsets are assigned, checks are made,
 * the header is patched, the tail cache holds the batch) and asynchronous writes (coalesced into one `writev`, then one
 * `fdatasync` for all that wait for it).
 */
export interface PartitionLog {
  readonly topic: string;
  readonly partition: number;
  readonly logStartOffset: Offset;
  /** The offset that the next record gets. */
  readonly logEndOffset: Offset;
  /** Everything below is in the file (page cache). */
  readonly writtenOffset: Offset;
  /** Everything below survives a power loss. */
  readonly durableOffset: Offset;
  /** Consumers see records below it. With one replica: written, and no earlier acks=all batch is still waiting for its sync. */
  readonly highWatermark: Offset;
  readonly lastStableOffset: Offset;
  readonly sizeBytes: number;
  /** Why the log is offline (a failed write or sync, a broken invariant), or `undefined` while it works. */
  readonly failure: string | undefined;
  /** Reads go on: it works, or has failed only for want of space. */
  readonly isReadable: boolean;
  /** Whether it has all that an append needs at hand. One that was not used since the broker's start has its files to read first. */
  readonly isReady: boolean;
  /** Runs `action` once it is ready, or has failed: now, or in the order of these calls and before anybody else gets to the log. */
  whenReady(action: () => void): void;

  /**
   * One or more whole magic-2 batches. The buffer belongs to the log from here on: headers are patched in place. Of a log
   * that is not ready it refuses them with an error that clients retry.
   */
  append(records: Buffer, options: AppendOptions): AppendResult;
  /** Logs of the same group may name each other's records as prerequisites of theirs; `undefined` if it is in none now. */
  readonly commitGroup?: object | undefined;
  /**
   * Whether a transactional batch begins its transaction here, so that the coordinator must be asked first. The guard then
   * goes with it to `append`. `beginsAtZero`: the producer raises its epoch with every transaction (KIP-890).
   */
  startVerification(batch: VerifiedBatch, beginsAtZero: boolean, nowMs: TimestampMs): VerificationStart;
  /** `done(undefined)` once everything below `offset` is written (or durable); `done(reason)` if the log fails first. May call back at once. */
  onWritten(offset: Offset, done: (failure: string | undefined) => void): void;
  onDurable(offset: Offset, done: (failure: string | undefined) => void): void;
  /** Runs `changed` after the high watermark, the log start or the failure changed; returns the way to stop it. */
  watch(changed: () => void): () => void;

  /** Whole batches from the one that contains `offset`. A promise only when the batches must come from disk. */
  read(offset: Offset, options: ReadOptions): ReadResult | Promise<ReadResult>;
  /** Kafka's ListOffsets: the first record at or after the time, or a special. */
  offsetForTimestamp(query: OffsetQuery): Promise<TimestampedOffset | undefined>;
  /** End offset of the largest epoch ≤ `epoch`, as OffsetForLeaderEpoch answers; −1s if there is none. */
  endOffsetForEpoch(epoch: LeaderEpoch): { leaderEpoch: LeaderEpoch; endOffset: Offset };
  /** Rises when what was read may be somewhere else, or gone: two reads that must agree were of one generation. */
  readonly generation: number;
  /** Aborted transactions that overlap `[fromOffset, toOffset)`, for readers of committed records. A promise only when an index must be read. */
  abortedTransactions(fromOffset: Offset, toOffset: Offset): readonly AbortedTxn[] | Promise<readonly AbortedTxn[]>;
  /** Producers with state, for DescribeProducers; of a log that is ready. */
  activeProducers(): ProducerSummary[];

  /** Raises the log start (DeleteRecords, retention), durably, then removes whole segments below it. */
  deleteRecordsBelow(offset: Offset): Promise<void>;
  /** Ends the log at `offset`, or at the batch that holds it, which goes as a whole. */
  truncateTo(offset: Offset): Promise<void>;
  /** New settings of the topic; they act from the next append on. */
  reconfigure(config: LogConfig): void;
  /** Writes and syncs what is pending. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface AppendOptions {
  readonly leaderEpoch: LeaderEpoch;
  readonly nowMs: TimestampMs;
  /** acks=all: visible to consumers only once durable, and a sync starts as soon as it is written. */
  readonly durable: boolean;
  /** `client` is validated as Kafka's LogValidator does; `coordinator` (our own internal writes) is trusted. */
  readonly origin: 'client' | 'coordinator';
  /** Of `startVerification`, or `NO_VERIFICATION`; left out where nobody could have asked. */
  readonly verification?: VerificationGuard;
  /** Of a marker (KIP-890). */
  readonly transactionVersion?: number;
  /** The batch survives no crash without it. Only of a log that it `mayFollow`. */
  readonly after?: Prerequisite | undefined;
}

export type AppendResult =
  | {
      readonly kind: 'appended';
      readonly firstOffset: Offset;
      readonly lastOffset: Offset;
      /** The broker's time if the topic stamps records on append, else −1. */
      readonly logAppendTimeMs: TimestampMs;
    }
  | {
      /** An idempotent producer's retry: the original offsets again, nothing appended. */
      readonly kind: 'duplicate';
      readonly firstOffset: Offset;
      readonly lastOffset: Offset;
      readonly logAppendTimeMs: TimestampMs;
    }
  | {
      readonly kind: 'refused';
      /** A wire error code. */
      readonly errorCode: number;
      readonly message: string | null;
      readonly recordErrors: readonly { batchIndex: number; message: string | null }[];
    };

export interface ReadOptions {
  readonly maxBytes: number;
  /** The first batch is returned whole even if it is larger than `maxBytes`. */
  readonly minOneBatch: boolean;
  readonly upTo: 'high-watermark' | 'last-stable' | 'log-end';
  /** Nothing behind the batch that holds it is wanted; from memory it may come nevertheless. */
  readonly enoughAt?: Offset;
}

export type ReadResult =
  | {
      readonly kind: 'batches';
      /** Unjoined; views of the cache or of a private read. Not changed before `release` is called. */
      readonly buffers: readonly Buffer[];
      readonly sizeBytes: number;
      /** To be called when nobody looks at the buffers any more, so that their memory serves the next read. Optional to do. */
      readonly release?: () => void;
    }
  | { readonly kind: 'out-of-range' }
  | { readonly kind: 'failed'; readonly reason: string };

export type OffsetQuery =
  | { readonly kind: 'earliest' | 'latest' | 'latest-stable' | 'max-timestamp' | 'earliest-local' }
  | { readonly kind: 'time'; readonly timestampMs: TimestampMs };

export interface TimestampedOffset {
  readonly offset: Offset;
  readonly timestampMs: TimestampMs;
  readonly leaderEpoch: LeaderEpoch;
}

export interface ProducerSummary {
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
  readonly lastSequence: number;
  readonly lastTimestampMs: TimestampMs;
  readonly coordinatorEpoch: number;
  readonly currentTxnStartOffset: Offset;
}

/** The topic configurations that act on a log; names as in Kafka, units last. */
export interface LogConfig {
  readonly segmentSizeBytes: number;
  readonly segmentMs: number;
  readonly segmentJitterMs: number;
  readonly segmentIndexSizeBytes: number;
  readonly indexIntervalBytes: number;
  readonly flushMessages: number;
  readonly flushMs: number;
  readonly maxMessageSizeBytes: number;
  readonly cleanupCompact: boolean;
  readonly cleanupDelete: boolean;
  readonly cleanableDirtyRatioMin: number;
  readonly compactionLagMsMin: number;
  /** Infinity if a record may wait for as long as the log is clean enough. */
  readonly compactionLagMsMax: number;
  readonly deleteRetentionMs: number;
  /** Negative is for ever. */
  readonly retentionMs: number;
  /** Negative is without a limit. */
  readonly retentionSizeBytes: number;
  readonly fileDeleteDelayMs: number;
  readonly compressionType: 'producer' | 'uncompressed' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  readonly compressionGzipLevel: number;
  readonly compressionLz4Level: number;
  readonly compressionZstdLevel: number;
  readonly timestampType: 'CreateTime' | 'LogAppendTime';
  readonly timestampBeforeMaxMs: number;
  readonly timestampAfterMaxMs: number;
  readonly producerIdExpirationMs: number;
}
