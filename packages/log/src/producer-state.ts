import type { Offset, ProducerEpoch, ProducerId, TimestampMs } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { NO_PRODUCER_EPOCH, NO_SEQUENCE } from '@sluice/protocol/records/batch-header';
import { createOngoingTxns } from './ongoing-txns.ts';
import {
  addProducerBatch,
  emptyProducerEntry,
  firstSequenceOf,
  isNextSequence,
  lastSequenceOf,
  type ProducerBatch,
  type ProducerEntry,
  setProducerEpoch,
} from './producer-entry.ts';
import type { AbortedTxn } from './txn-index.ts';

/** What the header of a producer's batch says. */
export interface SequencedBatch {
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
  readonly baseSequence: number;
  readonly lastSequence: number;
  readonly isTransactional: boolean;
}

/** A commit or abort marker. */
export interface EndTxnMarker {
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
  readonly coordinatorEpoch: number;
  readonly isAbort: boolean;
  readonly timestampMs: TimestampMs;
}

export type ProducerVerdict =
  | { readonly kind: 'ok' }
  | { readonly kind: 'duplicate'; readonly batch: ProducerBatch }
  | { readonly kind: 'refused'; readonly errorCode: number; readonly message: string };

/** One partition's idempotent and transactional producers, as Kafka's ProducerStateManager keeps them (KIP-98). */
export interface ProducerState {
  /** The state covers every batch below this offset. */
  endOffset: Offset;
  readonly count: number;
  readonly firstUnstableOffset: Offset;
  /** Changes nothing. */
  check(batch: SequencedBatch): ProducerVerdict;
  checkMarker(marker: EndTxnMarker): ProducerVerdict;
  /** Records a batch that was appended, or that a scan found: then nothing is refused any more. */
  apply(batch: SequencedBatch, baseOffset: Offset, lastOffset: Offset, maxTimestampMs: TimestampMs): void;
  /** Returns the entry for the transaction index if the marker aborts a transaction with records. */
  applyMarker(marker: EndTxnMarker, offset: Offset): AbortedTxn | undefined;
  onHighWatermark(highWatermark: Offset): void;
  expire(nowMs: TimestampMs, expirationMs: number): void;
  get(producerId: ProducerId): ProducerEntry | undefined;
  entries(): Iterable<ProducerEntry>;
  load(entries: readonly ProducerEntry[], endOffset: Offset): void;
}

const OK: ProducerVerdict = { kind: 'ok' };

export function createProducerState(): ProducerState {
  const producers = new Map<ProducerId, ProducerEntry>();
  const txns = createOngoingTxns();

  function entryOf(producerId: ProducerId): ProducerEntry {
    let entry = producers.get(producerId);
    if (entry === undefined) {
      entry = emptyProducerEntry(producerId);
      producers.set(producerId, entry);
    }
    return entry;
  }

  return {
    endOffset: 0,
    get count() {
      return producers.size;
    },
    get firstUnstableOffset() {
      return txns.firstUnstableOffset;
    },
    check(batch) {
      const entry = producers.get(batch.producerId);
      return entry === undefined ? OK : checkBatch(entry, batch);
    },
    checkMarker(marker) {
      const entry = producers.get(marker.producerId);
      if (entry === undefined) return OK;
      const stale = checkEpoch(entry, marker.producerEpoch);
      if (stale !== undefined) return stale;
      if (entry.coordinatorEpoch <= marker.coordinatorEpoch) return OK;
      return refused(
        ErrorCode.TRANSACTION_COORDINATOR_FENCED,
        `coordinator epoch ${marker.coordinatorEpoch} is older than ${entry.coordinatorEpoch}`,
      );
    },
    apply(batch, baseOffset, lastOffset, maxTimestampMs) {
      const entry = entryOf(batch.producerId);
      addProducerBatch(entry, batch.producerEpoch, {
        lastSequence: batch.lastSequence,
        lastOffset,
        offsetDelta: lastOffset - baseOffset,
        timestampMs: maxTimestampMs,
      });
      if (batch.isTransactional && entry.currentTxnFirstOffset === -1) {
        entry.currentTxnFirstOffset = baseOffset;
        txns.start(batch.producerId, baseOffset);
      }
    },
    applyMarker(marker, offset) {
      const entry = entryOf(marker.producerId);
      const firstOffset = entry.currentTxnFirstOffset;
      setProducerEpoch(entry, marker.producerEpoch);
      entry.coordinatorEpoch = marker.coordinatorEpoch;
      entry.lastTimestampMs = marker.timestampMs;
      entry.currentTxnFirstOffset = -1;
      if (firstOffset === -1) return undefined;
      const lastStableOffset = txns.stableOffsetWithout(marker.producerId, offset);
      txns.complete(firstOffset, offset);
      if (!marker.isAbort) return undefined;
      return { producerId: marker.producerId, firstOffset, lastOffset: offset, lastStableOffset };
    },
    onHighWatermark: txns.onHighWatermark,
    expire(nowMs, expirationMs) {
      for (const [producerId, entry] of producers) {
        if (isExpired(entry, nowMs, expirationMs)) producers.delete(producerId);
      }
    },
    get: (producerId) => producers.get(producerId),
    entries: () => producers.values(),
    load(entries, endOffset) {
      producers.clear();
      txns.clear();
      for (const entry of entries) {
        producers.set(entry.producerId, entry);
        if (entry.currentTxnFirstOffset >= 0) txns.start(entry.producerId, entry.currentTxnFirstOffset);
      }
      this.endOffset = endOffset;
    },
  };
}

/** A producer with an open transaction never expires. */
export function isExpired(entry: ProducerEntry, nowMs: TimestampMs, expirationMs: number): boolean {
  return entry.currentTxnFirstOffset === -1 && nowMs - entry.lastTimestampMs >= expirationMs;
}

function checkBatch(entry: ProducerEntry, batch: SequencedBatch): ProducerVerdict {
  if (batch.producerEpoch === entry.producerEpoch) {
    const duplicate = entry.batches.find(
      (known) => firstSequenceOf(known) === batch.baseSequence && known.lastSequence === batch.lastSequence,
    );
    if (duplicate !== undefined) return { kind: 'duplicate', batch: duplicate };
  }
  const refusal = checkEpoch(entry, batch.producerEpoch) ?? checkSequence(entry, batch);
  if (refusal !== undefined) return refusal;
  if (entry.currentTxnFirstOffset !== -1 && !batch.isTransactional) {
    return refused(
      ErrorCode.INVALID_TXN_STATE,
      `producer ${batch.producerId} has an open transaction since offset ${entry.currentTxnFirstOffset}`,
    );
  }
  return OK;
}

function checkEpoch(entry: ProducerEntry, producerEpoch: ProducerEpoch): ProducerVerdict | undefined {
  if (producerEpoch >= entry.producerEpoch) return undefined;
  return refused(
    ErrorCode.INVALID_PRODUCER_EPOCH,
    `epoch ${producerEpoch} of producer ${entry.producerId} is older than ${entry.producerEpoch}`,
  );
}

function checkSequence(entry: ProducerEntry, batch: SequencedBatch): ProducerVerdict | undefined {
  const { producerId, baseSequence } = batch;
  if (batch.producerEpoch !== entry.producerEpoch) {
    // A new epoch starts over, unless nothing is known of an earlier one.
    if (baseSequence === 0 || entry.producerEpoch === NO_PRODUCER_EPOCH) return undefined;
    return refused(
      ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
      `producer ${producerId} began epoch ${batch.producerEpoch} with sequence ${baseSequence}`,
    );
  }
  const last = lastSequenceOf(entry);
  if (isNextSequence(last, baseSequence)) return undefined;
  const expected = last === NO_SEQUENCE ? 'expected 0' : `the last one was ${last}`;
  return refused(
    ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    `producer ${producerId} sent sequence ${baseSequence}, ${expected}`,
  );
}

function refused(errorCode: number, message: string): ProducerVerdict {
  return { kind: 'refused', errorCode, message };
}
