import { assert } from '@sluice/kernel/assert';
import type { Offset } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import {
  baseSequence,
  isControlBatch,
  isTransactional,
  lastOffsetDelta,
  lastSequence,
  maxTimestamp,
  NO_PRODUCER_ID,
  producerEpoch,
  producerId,
  setBaseOffset,
  setPartitionLeaderEpoch,
} from '@sluice/protocol/records/batch-header';
import { checkBatchAt } from '@sluice/protocol/records/walk-batches';
import { readEndTxnMarker } from './end-txn-marker.ts';
import { activeSegment, type LogState } from './log-state.ts';
import type { AppendOptions, AppendResult } from './partition-log.ts';
import type { EndTxnMarker, ProducerVerdict, SequencedBatch } from './producer-state.ts';
import { refuse } from './refusal.ts';
import { addToSegment, type Segment } from './segment.ts';
import { shouldRoll } from './should-roll.ts';
import { validateClientBatch } from './validate-client-batch.ts';
import type { Writer } from './writer.ts';

export interface AppenderOptions {
  readonly state: LogState;
  readonly writer: Writer;
  /** Makes a new active segment that starts at the log's end. */
  readonly roll: (nowMs: number) => Segment;
  /** A new leader epoch began. */
  readonly onNewEpoch: () => void;
  /** So many bytes were appended. */
  readonly onAppend: (sizeBytes: number) => void;
}

/** Of our own coordinators; read once. */
interface TrustedBatch {
  readonly buffer: Buffer;
  readonly marker: EndTxnMarker | undefined;
  readonly sequenced: SequencedBatch | undefined;
}

/** The synchronous half of an append: checks, offsets, the patched header, the tail cache; then the writer's queue. */
export function createAppender(options: AppenderOptions): (records: Buffer, how: AppendOptions) => AppendResult {
  const { state, writer } = options;

  function append(records: Buffer, how: AppendOptions): AppendResult {
    if (state.failure !== undefined) return refuse(ErrorCode.KAFKA_STORAGE_ERROR, state.failure.reason);
    if (state.isTruncating) return refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER, 'the log is being truncated');
    return how.origin === 'client' ? appendFromClient(records, how) : appendTrusted(records, how);
  }

  function appendFromClient(records: Buffer, how: AppendOptions): AppendResult {
    const batch = validateClientBatch(records, state.config, how.nowMs);
    if (!Buffer.isBuffer(batch)) return batch;
    const sequenced = sequencedBatch(batch);
    if (sequenced !== undefined) {
      const verdict = state.producers.check(sequenced, how.verification);
      if (verdict.kind === 'refused') return refuse(verdict.errorCode, verdict.message);
      if (verdict.kind === 'duplicate') {
        const { lastOffset, offsetDelta, timestampMs } = verdict.batch;
        return { kind: 'duplicate', firstOffset: lastOffset - offsetDelta, lastOffset, logAppendTimeMs: timestampMs };
      }
    }
    const firstOffset = state.logEndOffset;
    place(batch, how, sequenced);
    return appended(firstOffset, records.length, how);
  }

  /** Our own coordinators' records: whole batches, several if need be, markers among them. */
  function appendTrusted(records: Buffer, how: AppendOptions): AppendResult {
    const batches: TrustedBatch[] = [];
    for (let at = 0; at < records.length; ) {
      const sizeBytes = checkBatchAt(records, at);
      assert(typeof sizeBytes === 'number', 'a coordinator appends whole batches');
      const isWhole = sizeBytes === records.length;
      const buffer = isWhole ? records : records.subarray(at, at + sizeBytes);
      batches.push({ buffer, marker: readEndTxnMarker(buffer), sequenced: sequencedBatch(buffer) });
      at += sizeBytes;
    }
    assert(batches.length > 0, 'a coordinator appends at least one batch');
    for (const batch of batches) {
      const verdict = checkTrusted(batch, how);
      if (verdict?.kind === 'refused') return refuse(verdict.errorCode, verdict.message);
    }
    const firstOffset = state.logEndOffset;
    for (const { buffer, marker, sequenced } of batches) place(buffer, how, sequenced, marker);
    return appended(firstOffset, records.length, how);
  }

  function checkTrusted({ marker, sequenced }: TrustedBatch, how: AppendOptions): ProducerVerdict | undefined {
    const { transactionVersion } = how;
    if (marker !== undefined) {
      return state.producers.checkMarker(transactionVersion === undefined ? marker : { ...marker, transactionVersion });
    }
    return sequenced === undefined ? undefined : state.producers.checkUnsequenced(sequenced, how.verification);
  }

  function appended(firstOffset: Offset, sizeBytes: number, how: AppendOptions): AppendResult {
    if (how.durable) writer.holdBackUntilDurable(firstOffset, state.logEndOffset);
    options.onAppend(sizeBytes);
    return {
      kind: 'appended',
      firstOffset,
      lastOffset: state.logEndOffset - 1,
      logAppendTimeMs: state.config.timestampType === 'LogAppendTime' && how.origin === 'client' ? how.nowMs : -1,
    };
  }

  /** Nothing is refused from here on. */
  function place(
    buffer: Buffer,
    how: AppendOptions,
    sequenced: SequencedBatch | undefined,
    marker?: EndTxnMarker | undefined,
  ): void {
    const baseOffset = state.logEndOffset;
    const batch = {
      baseOffset,
      lastOffset: baseOffset + lastOffsetDelta(buffer, 0),
      sizeBytes: buffer.length,
      maxTimestampMs: maxTimestamp(buffer, 0),
    };
    setBaseOffset(buffer, 0, baseOffset);
    setPartitionLeaderEpoch(buffer, 0, how.leaderEpoch);
    let segment = activeSegment(state);
    assert(segment.indexes !== undefined, 'the active segment has its indexes in memory');
    if (segment.sizeBytes > 0 && shouldRoll(segment, segment.indexes, batch, state.config, how.nowMs)) {
      segment = options.roll(how.nowMs);
      assert(segment.indexes !== undefined, 'a new segment has its indexes in memory');
    }
    const position = addToSegment(segment, segment.indexes, batch, state.config);
    const isNewEpoch = how.leaderEpoch >= 0 && how.leaderEpoch !== state.epochs.latestEpoch;
    if (isNewEpoch && state.epochs.assign(how.leaderEpoch, baseOffset)) {
      options.onNewEpoch();
    }
    const nextOffset = batch.lastOffset + 1;
    state.logEndOffset = nextOffset;
    if (marker !== undefined) {
      const aborted = state.producers.applyMarker(marker, baseOffset);
      if (aborted !== undefined) segment.indexes.abortedTxns.push(aborted);
    } else if (sequenced !== undefined) {
      state.producers.apply(sequenced, baseOffset, batch.lastOffset, batch.maxTimestampMs);
    }
    state.producers.endOffset = nextOffset;
    const owned = state.tail.push({ baseOffset, lastOffset: batch.lastOffset, buffer });
    writer.push({ segment, position, buffer: owned, nextOffset, after: how.after });
  }

  return append;
}

/** What an idempotent producer's header says; `undefined` for a batch without a producer or a control batch. */
export function sequencedBatch(buffer: Buffer, at = 0): SequencedBatch | undefined {
  const id = producerId(buffer, at);
  if (id === NO_PRODUCER_ID || isControlBatch(buffer, at)) return undefined;
  return {
    producerId: id,
    producerEpoch: producerEpoch(buffer, at),
    baseSequence: baseSequence(buffer, at),
    lastSequence: lastSequence(buffer, at),
    isTransactional: isTransactional(buffer, at),
  };
}
