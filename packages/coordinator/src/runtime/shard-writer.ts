import { assert } from '@sluice/kernel/assert';
import type { Clock } from '@sluice/kernel/clock';
import type { LeaderEpoch, Offset, TimestampMs } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import { stackOf } from '@sluice/kernel/stack-of';
import { readEndTxnMarker } from '@sluice/log/end-txn-marker';
import type { AppendOptions, AppendResult, PartitionLog } from '@sluice/log/partition-log';
import type { Prerequisite } from '@sluice/log/prerequisite';
import type { Codec } from '@sluice/protocol/compression/codec';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { BATCH_HEADER_SIZE_BYTES } from '@sluice/protocol/records/batch-header';
import { createAppendBatch, type EncodedRecord, recordSizeBytesMax } from './append-batch.ts';
import type { ApplyContext, CoordinatorShard, RecordSerde, Step, TransactionOfStep } from './coordinator-shard.ts';

export interface ShardMarker {
  /** One control batch. */
  readonly batch: Buffer;
  readonly transactionVersion: number;
  /** What the marker must not survive a crash without. */
  readonly after?: Prerequisite | undefined;
}

export interface ShardWriterOptions<R> {
  readonly shard: Pick<CoordinatorShard<R>, 'apply' | 'endTransaction'>;
  readonly log: PartitionLog;
  readonly leaderEpoch: LeaderEpoch;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly serde: RecordSerde<R>;
  codec(): Codec;
  /** `max.message.bytes` of the topic. */
  batchSizeBytesMax(): number;
  /** All that was gathered is in the log. */
  onFlushed(): void;
  /** What was applied is not, or not so, in the log. */
  onFailed(reason: string, isTransient: boolean): void;
}

/** The way of a step's records: encoded, applied to the shard, gathered, appended to its log. */
export interface ShardWriter<R> {
  /** Behind all that was appended or gathered: what the next record gets. */
  readonly endOffset: Offset;
  /** Records that were applied and wait for `flush`. */
  readonly gatheredCount: number;
  /** What was appended last is not committed. */
  readonly isCommitUnderWay: boolean;
  /** Nothing has happened if it answers an error code; UNKNOWN_SERVER_ERROR tells of a bug. */
  write(step: Step<R>, now: TimestampMs): number;
  /** Behind what was gathered. The log's own error code if it does not want the marker. */
  writeMarker(marker: ShardMarker): number;
  flush(): void;
  /** Drops what was gathered; nothing is written any more. */
  close(): void;
}

type Producer = Pick<ApplyContext, 'producerId' | 'producerEpoch' | 'isTransactional'>;

const NO_PRODUCER: Producer = { producerId: -1, producerEpoch: -1, isTransactional: false };

export function createShardWriter<R>(options: ShardWriterOptions<R>): ShardWriter<R> {
  const { shard, log, leaderEpoch, clock, logger, serde, batchSizeBytesMax } = options;
  const batch = createAppendBatch(options.codec);
  let nextOffset: Offset = 0;
  /** The end of the last append. */
  let appendedOffset: Offset = 0;
  let isClosed = false;

  function write(step: Step<R>, now: TimestampMs): number {
    nextOffset = endOffset();
    const encoded = encode(step);
    if (!Array.isArray(encoded)) return encoded;
    const { transaction } = step;
    if (transaction !== undefined || (step.isAtomic !== false && !fits(encoded))) flush();
    if (isClosed) return ErrorCode.NOT_COORDINATOR;
    return transaction === undefined ? gather(step, encoded, now) : writeInTransaction(step, transaction, encoded, now);
  }

  /** Whoever else appended to the log did not change the shard. */
  function endOffset(): Offset {
    return batch.recordCount === 0 ? Math.max(nextOffset, log.logEndOffset) : nextOffset;
  }

  function fits(encoded: readonly EncodedRecord[]): boolean {
    const sizeBytes = encoded.reduce((sum, bytes) => sum + recordSizeBytesMax(bytes), batch.sizeBytes);
    return sizeBytes <= batchSizeBytesMax();
  }

  /** All records before any is applied, or the error code that keeps them from it. */
  function encode({ records, isAtomic = true }: Step<R>): EncodedRecord[] | number {
    const roomBytes = batchSizeBytesMax();
    const encoded: EncodedRecord[] = [];
    let sizeBytes = BATCH_HEADER_SIZE_BYTES;
    for (const record of records) {
      let bytes: EncodedRecord;
      try {
        bytes = serde.encode(record);
      } catch (error) {
        logger.error('a record of a coordinator cannot be encoded', { reason: stackOf(error) });
        return ErrorCode.UNKNOWN_SERVER_ERROR;
      }
      sizeBytes = recordSizeBytesMax(bytes) + (isAtomic ? sizeBytes : BATCH_HEADER_SIZE_BYTES);
      // Of a million records the rest need not be encoded to know.
      if (sizeBytes > roomBytes) {
        logger.warn('a step of a coordinator does not fit a batch', { records: records.length });
        return ErrorCode.MESSAGE_TOO_LARGE;
      }
      encoded.push(bytes);
    }
    return encoded;
  }

  function gather({ records, isAtomic = true }: Step<R>, encoded: readonly EncodedRecord[], now: TimestampMs): number {
    const roomBytes = batchSizeBytesMax();
    for (let index = 0; index < records.length; index++) {
      const record = records[index];
      const bytes = encoded[index];
      if (record === undefined || bytes === undefined) break;
      if (!isAtomic && batch.sizeBytes + recordSizeBytesMax(bytes) > roomBytes) flush();
      batch.add(bytes, now);
      if (!apply(record, now, NO_PRODUCER)) return ErrorCode.NOT_COORDINATOR;
    }
    return ErrorCode.NONE;
  }

  /** A batch of its own, which the log may refuse: only what it took is applied. */
  function writeInTransaction(
    { records }: Step<R>,
    transaction: TransactionOfStep,
    encoded: readonly EncodedRecord[],
    now: TimestampMs,
  ): number {
    for (const bytes of encoded) batch.add(bytes, now);
    const { verification, after } = transaction;
    const how = verification === undefined ? { after } : { after, verification };
    const result = append(batch.take(transaction), how);
    if (result.kind !== 'appended') return errorCodeOf(result);
    nextOffset = result.firstOffset;
    const producer = { ...transaction, isTransactional: true };
    const areApplied = records.every((record) => apply(record, now, producer));
    return areApplied ? ErrorCode.NONE : ErrorCode.NOT_COORDINATOR;
  }

  function writeMarker({ batch: marker, transactionVersion, after }: ShardMarker): number {
    flush();
    const ended = readEndTxnMarker(marker);
    assert(ended !== undefined, 'a marker ends a transaction');
    if (isClosed) return ErrorCode.NOT_COORDINATOR;
    const result = append(marker, { transactionVersion, after });
    if (result.kind !== 'appended') return errorCodeOf(result);
    nextOffset = appendedOffset;
    shard.endTransaction?.(ended.producerId, !ended.isAbort);
    return ErrorCode.NONE;
  }

  function apply(record: R, timestampMs: TimestampMs, producer: Producer): boolean {
    if (isClosed) return false;
    try {
      const { producerId, producerEpoch, isTransactional } = producer;
      shard.apply(record, { offset: nextOffset++, timestampMs, producerId, producerEpoch, isTransactional });
      return true;
    } catch (error) {
      options.onFailed(`a record could not be applied: ${stackOf(error)}`, false);
      return false;
    }
  }

  function flush(): void {
    if (batch.recordCount === 0 || isClosed) return;
    const firstOffset = nextOffset - batch.recordCount;
    const result = append(batch.take(), {});
    if (result.kind !== 'appended') {
      options.onFailed(
        result.kind === 'refused' ? (result.message ?? 'the log refused an append') : 'a duplicate',
        true,
      );
    } else if (result.firstOffset !== firstOffset) {
      options.onFailed(`records for offset ${firstOffset} were appended at ${result.firstOffset}`, true);
    } else options.onFlushed();
  }

  function append(
    bytes: Buffer,
    how: Pick<AppendOptions, 'verification' | 'transactionVersion' | 'after'>,
  ): AppendResult {
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

  return {
    get endOffset() {
      return endOffset();
    },
    get gatheredCount() {
      return batch.recordCount;
    },
    get isCommitUnderWay() {
      return log.highWatermark < appendedOffset;
    },
    write,
    writeMarker,
    flush,
    close() {
      isClosed = true;
      batch.clear();
    },
  };
}

function errorCodeOf(result: Exclude<AppendResult, { kind: 'appended' }>): number {
  return result.kind === 'refused' ? result.errorCode : ErrorCode.UNKNOWN_SERVER_ERROR;
}
