import { assert } from '@sluice/kernel/assert';
import type { Clock } from '@sluice/kernel/clock';
import type { LeaderEpoch, Offset, TimestampMs } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import { readEndTxnMarker } from '@sluice/log/end-txn-marker';
import type { AppendOptions, AppendResult, PartitionLog } from '@sluice/log/partition-log';
import type { Codec } from '@sluice/protocol/compression/codec';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { BATCH_HEADER_SIZE_BYTES } from '@sluice/protocol/records/batch-header';
import { createAppendBatch, type EncodedRecord, recordSizeBytesMax } from './append-batch.ts';
import { createCommitQueue } from './commit-queue.ts';
import {
  type CoordinatorShard,
  type Pending,
  type PutOff,
  type RecordSerde,
  replyTo,
  type ShardTimers,
  type Step,
  type TransactionOfStep,
} from './coordinator-shard.ts';
import { createPutOffQueue } from './put-off-queue.ts';
import { createShardTimers } from './shard-timers.ts';

/** Steps whose replies may wait for their commit at once in one shard; one more is refused. */
export const STEPS_WAITING_MAX = 20_000;

export interface HostedShardOptions<S extends CoordinatorShard<R>, R> {
  readonly log: PartitionLog;
  readonly leaderEpoch: LeaderEpoch;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly serde: RecordSerde<R>;
  createShard(timers: ShardTimers<R>, putOff: PutOff<R>): S;
  codec(): Codec;
  /** `max.message.bytes` of the topic. */
  batchSizeBytesMax(): number;
  /** How long somebody waits for a commit; without it as long as it takes. */
  commitTimeoutMs?(): number;
  /** The shard cannot go on with the state that it has: it is closed, and may be loaded anew if `isTransient`. */
  onFailed(reason: string, isTransient: boolean): void;
}

/** A shard with all that its partition's log says: it decides, its records are applied, gathered, appended and committed. */
export interface HostedShard<S extends CoordinatorShard<R>, R> {
  readonly shard: S;
  /** The log was replayed: decisions may come. */
  open(): void;
  take<T>(decide: (shard: S, now: TimestampMs, pending: Pending<T>) => Step<R>, pending: Pending<T>): void;
  /** A decision that nobody waits for; false if it threw. */
  tick(decide: (shard: S, now: TimestampMs) => Step<R>): boolean;
  /**
   * Appends a marker behind what was gathered, and lets the shard know. Fails with the log's error code if the log does
   * not want it.
   */
  endTransaction(marker: ShardMarker, pending: Pending<undefined>): void;
  /** The high watermark or the failure of the log changed. */
  onLogChanged(): void;
  /** All who wait fail with the error code; the state is worth nothing afterwards. */
  close(errorCode: number): void;
  /** Lets nobody wait but for commits that are under way; settles when they are over. */
  drain(errorCode: number): Promise<void>;
}

export interface ShardMarker {
  /** One control batch. */
  readonly batch: Buffer;
  readonly transactionVersion: number;
}

const NO_PRODUCER: Producer = { producerId: -1, producerEpoch: -1, isTransactional: false };

export function createHostedShard<S extends CoordinatorShard<R>, R>(
  options: HostedShardOptions<S, R>,
): HostedShard<S, R> {
  const { log, clock, logger, serde, leaderEpoch } = options;
  const soon = clock.soon ?? queueMicrotask;
  const timers = createShardTimers<R>(clock, (action) => tick((_shard, now) => action(now)));
  const putOffs = createPutOffQueue<R>();
  const shard = options.createShard(timers, putOff);
  const batch = createAppendBatch(options.codec);
  const commits = createCommitQueue({ clock, timeoutMs: options.commitTimeoutMs });
  /** What the next record gets. */
  let nextOffset: Offset = log.logEndOffset;
  /** The end of the last append. */
  let appendedOffset: Offset = 0;
  let isTurnEndPlanned = false;
  let isClosed = false;
  let onDrained: (() => void) | undefined;

  function take<T>(decide: (shard: S, now: TimestampMs, pending: Pending<T>) => Step<R>, pending: Pending<T>): void {
    if (commits.size >= STEPS_WAITING_MAX) {
      pending.fail(ErrorCode.COORDINATOR_NOT_AVAILABLE);
      return;
    }
    const now = clock.now();
    const step = decided(() => decide(shard, now, pending));
    // Whoever asked may wait in the shard, and not be among those who are answered now.
    if (step === undefined || !perform(step, now)) pending.fail(ErrorCode.UNKNOWN_SERVER_ERROR);
  }

  function tick(decide: (shard: S, now: TimestampMs) => Step<R>): boolean {
    const now = clock.now();
    const step = decided(() => decide(shard, now));
    return step !== undefined && perform(step, now);
  }

  function decided(decide: () => Step<R>): Step<R> | undefined {
    try {
      return decide();
    } catch (error) {
      reportBug(error);
      return undefined;
    }
  }

  function putOff<T>(pending: Pending<T>, decide: (now: TimestampMs) => Step<R>): void {
    putOffs.add(pending, decide);
    planTurnEnd();
  }

  function reportBug(error: unknown): void {
    logger.error('a coordinator failed to decide', { reason: error instanceof Error ? error.stack : String(error) });
  }

  /** False if a bug kept the step from being taken: all whom it answers are told. */
  function perform(step: Step<R>, now: TimestampMs): boolean {
    if (isClosed) {
      failReplies(step, ErrorCode.NOT_COORDINATOR);
      return true;
    }
    // Whoever else appended to the log did not change this state.
    if (batch.recordCount === 0) nextOffset = Math.max(nextOffset, log.logEndOffset);
    if (step.records.length > 0) {
      const encoded = encode(step);
      if (encoded === undefined) return false;
      if (encoded === 'too large' || !write(step, encoded, now)) return true;
    }
    if (step.repliesAtOnce !== undefined) for (const reply of step.repliesAtOnce) reply.deliver();
    if (step.replies.length === 0) return true;
    if (commits.size === 0 && nextOffset <= log.highWatermark) {
      for (const reply of step.replies) reply.deliver();
    } else {
      commits.add(nextOffset, step.replies);
    }
    return true;
  }

  /** Of all records before any is applied; if that fails nothing has happened. */
  function encode(step: Step<R>): readonly EncodedRecord[] | 'too large' | undefined {
    const isAtomic = step.isAtomic !== false;
    const roomBytes = options.batchSizeBytesMax();
    const encoded: EncodedRecord[] = [];
    let sizeBytes = BATCH_HEADER_SIZE_BYTES;
    for (const record of step.records) {
      let bytes: EncodedRecord;
      try {
        bytes = serde.encode(record);
      } catch (error) {
        reportBug(error);
        failReplies(step, ErrorCode.UNKNOWN_SERVER_ERROR);
        return undefined;
      }
      sizeBytes = recordSizeBytesMax(bytes) + (isAtomic ? sizeBytes : BATCH_HEADER_SIZE_BYTES);
      // Of a million records the rest need not be encoded to know.
      if (sizeBytes > roomBytes) {
        logger.warn('a step of a coordinator does not fit a batch', { records: step.records.length });
        failReplies(step, ErrorCode.MESSAGE_TOO_LARGE);
        return 'too large';
      }
      encoded.push(bytes);
    }
    return encoded;
  }

  function write(step: Step<R>, encoded: readonly EncodedRecord[], now: TimestampMs): boolean {
    const { records, transaction } = step;
    const isAtomic = step.isAtomic !== false;
    const roomBytes = options.batchSizeBytesMax();
    const sizeBytes = encoded.reduce((sum, bytes) => sum + recordSizeBytesMax(bytes), 0);
    if (transaction !== undefined || (isAtomic && batch.sizeBytes + sizeBytes > roomBytes)) flush();
    if (isClosed) {
      failReplies(step, ErrorCode.NOT_COORDINATOR);
      return false;
    }
    if (transaction !== undefined) return writeInTransaction(step, transaction, encoded, now);
    for (let index = 0; index < records.length; index++) {
      const record = records[index];
      const bytes = encoded[index];
      if (record === undefined || bytes === undefined) break;
      if (!isAtomic && batch.sizeBytes + recordSizeBytesMax(bytes) > roomBytes) flush();
      batch.add(bytes, now);
      if (!apply(record, now, NO_PRODUCER)) {
        failReplies(step, ErrorCode.NOT_COORDINATOR);
        return false;
      }
    }
    planTurnEnd();
    if (isClosed) failReplies(step, ErrorCode.NOT_COORDINATOR);
    return !isClosed;
  }

  /** A batch of its own, which the log may refuse: only what it took is applied. */
  function writeInTransaction(
    step: Step<R>,
    transaction: TransactionOfStep,
    encoded: readonly EncodedRecord[],
    now: TimestampMs,
  ): boolean {
    for (const bytes of encoded) batch.add(bytes, now);
    const { verification } = transaction;
    const result = appendBytes(batch.take(transaction), verification === undefined ? {} : { verification });
    if (result.kind !== 'appended') {
      failReplies(step, result.kind === 'refused' ? result.errorCode : ErrorCode.UNKNOWN_SERVER_ERROR);
      return false;
    }
    const producer = { ...transaction, isTransactional: true };
    nextOffset = result.firstOffset;
    const areApplied = step.records.every((record) => apply(record, now, producer));
    if (!areApplied) failReplies(step, ErrorCode.NOT_COORDINATOR);
    return areApplied;
  }

  function endTransaction({ batch: marker, transactionVersion }: ShardMarker, pending: Pending<undefined>): void {
    flush();
    const ended = readEndTxnMarker(marker);
    assert(ended !== undefined, 'a marker ends a transaction');
    if (isClosed) {
      pending.fail(ErrorCode.NOT_COORDINATOR);
      return;
    }
    const result = appendBytes(marker, { transactionVersion });
    if (result.kind !== 'appended') {
      pending.fail(result.kind === 'refused' ? result.errorCode : ErrorCode.UNKNOWN_SERVER_ERROR);
      return;
    }
    nextOffset = result.lastOffset + 1;
    shard.endTransaction?.(ended.producerId, !ended.isAbort);
    commits.add(nextOffset, [replyTo(pending, undefined)]);
  }

  function appendBytes(bytes: Buffer, how: Pick<AppendOptions, 'verification' | 'transactionVersion'>): AppendResult {
    const result = log.append(bytes, {
      leaderEpoch,
      nowMs: clock.now(),
      durable: true,
      origin: 'coordinator',
      ...how,
    });
    if (result.kind === 'appended') appendedOffset = result.lastOffset + 1;
    return result;
  }

  function apply(record: R, timestampMs: TimestampMs, producer: Producer): boolean {
    if (isClosed) return false;
    try {
      const { producerId, producerEpoch, isTransactional } = producer;
      shard.apply(record, { offset: nextOffset++, timestampMs, producerId, producerEpoch, isTransactional });
      return true;
    } catch (error) {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      fail(`a record could not be applied: ${reason}`, false);
      return false;
    }
  }

  /**
   * What is decided while an append is under way leaves together behind it: a sync would have kept it waiting all the
   * same, and the batches are fewer.
   */
  function planTurnEnd(): void {
    if (isTurnEndPlanned || isClosed || log.highWatermark < appendedOffset) return;
    isTurnEndPlanned = true;
    soon(() => {
      putOffs.takeAll((decide, pending) => take((_shard, now) => decide(now), pending));
      flush();
      isTurnEndPlanned = false;
      if (putOffs.size > 0) planTurnEnd();
    });
  }

  function flush(): void {
    if (batch.recordCount === 0 || isClosed) return;
    const firstOffset = nextOffset - batch.recordCount;
    const result = appendBytes(batch.take(), {});
    if (result.kind !== 'appended') {
      fail(result.kind === 'refused' ? (result.message ?? 'the log refused an append') : 'a duplicate', true);
    } else if (result.firstOffset !== firstOffset) {
      fail(`records for offset ${firstOffset} were appended at ${result.firstOffset}`, true);
    }
  }

  function fail(reason: string, isTransient: boolean): void {
    close(ErrorCode.NOT_COORDINATOR);
    options.onFailed(reason, isTransient);
  }

  function close(errorCode: number): void {
    if (isClosed) return;
    isClosed = true;
    timers.close();
    batch.clear();
    commits.fail(errorCode);
    putOffs.fail(errorCode);
    tellShard(errorCode);
    onDrained?.();
  }

  function tellShard(errorCode: number): void {
    try {
      shard.onUnloaded(errorCode);
    } catch (error) {
      reportBug(error);
    }
  }

  return {
    shard,
    open() {
      nextOffset = log.logEndOffset;
      tick((each, now) => each.onLoaded(now));
    },
    take,
    tick,
    endTransaction,
    onLogChanged() {
      if (isClosed) return;
      if (log.failure !== undefined) return fail(log.failure, true);
      commits.release(log.highWatermark);
      if (batch.recordCount > 0 || putOffs.size > 0) planTurnEnd();
      if (commits.size === 0) onDrained?.();
    },
    close,
    drain(errorCode) {
      timers.close();
      putOffs.fail(errorCode);
      tellShard(errorCode);
      flush();
      if (isClosed || commits.size === 0) return Promise.resolve();
      return new Promise((resolve) => {
        onDrained = resolve;
      });
    },
  };
}

function failReplies({ replies, repliesAtOnce = [] }: Step<unknown>, errorCode: number): void {
  for (const reply of repliesAtOnce) reply.fail(errorCode);
  for (const reply of replies) reply.fail(errorCode);
}

interface Producer {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly isTransactional: boolean;
}
