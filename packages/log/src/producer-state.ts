import type { Offset, ProducerEpoch, ProducerId, TimestampMs } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { createOngoingTxns } from './ongoing-txns.ts';
import {
  checkEpoch,
  checkMarkerEpoch,
  checkOpenTransaction,
  checkSequence,
  findDuplicate,
  isOngoing,
  type Refused,
  refused,
} from './producer-checks.ts';
import {
  addProducerBatch,
  emptyProducerEntry,
  type ProducerBatch,
  type ProducerEntry,
  setProducerEpoch,
} from './producer-entry.ts';
import type { AbortedTxn } from './txn-index.ts';
import { createVerifications, type VerificationGuard, type VerifiedBatch } from './verifications.ts';

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
  /** KIP-890: from 2 on a marker has a higher epoch than the transaction that it ends. Not in the log. */
  readonly transactionVersion?: number;
  readonly timestampMs: TimestampMs;
}

export type ProducerVerdict =
  | { readonly kind: 'ok' }
  | { readonly kind: 'duplicate'; readonly batch: ProducerBatch }
  | { readonly kind: 'refused'; readonly errorCode: number; readonly message: string };

export type VerificationStart =
  /** Its transaction is open here already. */
  | { readonly kind: 'not-needed' }
  | { readonly kind: 'started'; readonly guard: VerificationGuard }
  | { readonly kind: 'refused'; readonly errorCode: number; readonly message: string };

/** One partition's idempotent and transactional producers, as Kafka's ProducerStateManager keeps them (KIP-98). */
export interface ProducerState {
  /** The state covers every batch below this offset. */
  endOffset: Offset;
  /**
   * Batches below it could not be read as the state was built: of a transaction that was open there neither where it
   * began nor whether it ended is certain. 0 if all could be read.
   */
  uncertainBelow: Offset;
  readonly count: number;
  readonly firstUnstableOffset: Offset;
  /** Changes nothing. With a guard, a batch that begins a transaction here must have been asked about. */
  check(batch: SequencedBatch, guard?: VerificationGuard): ProducerVerdict;
  /** A coordinator's batch has no sequence. */
  checkUnsequenced(batch: SequencedBatch, guard?: VerificationGuard): ProducerVerdict;
  checkMarker(marker: EndTxnMarker): ProducerVerdict;
  /** Whether the batch begins a transaction here, so that somebody must be asked whether it may. */
  startVerification(batch: VerifiedBatch, beginsAtZero: boolean, nowMs: TimestampMs): VerificationStart;
  /** Records a batch that was appended, or that a scan found: then nothing is refused any more. */
  apply(batch: SequencedBatch, baseOffset: Offset, lastOffset: Offset, maxTimestampMs: TimestampMs): void;
  /** Returns the entry for the transaction index if the marker aborts a transaction with records. */
  applyMarker(marker: EndTxnMarker, offset: Offset): AbortedTxn | undefined;
  onHighWatermark(highWatermark: Offset): void;
  expire(nowMs: TimestampMs, expirationMs: number): void;
  get(producerId: ProducerId): ProducerEntry | undefined;
  entries(): Iterable<ProducerEntry>;
  load(entries: readonly ProducerEntry[], endOffset: Offset, uncertainBelow?: Offset): void;
}

const OK: ProducerVerdict = { kind: 'ok' };

export function createProducerState(): ProducerState {
  return new PartitionProducers();
}

class PartitionProducers implements ProducerState {
  endOffset: Offset = 0;
  uncertainBelow: Offset = 0;
  readonly #producers = new Map<ProducerId, ProducerEntry>();
  readonly #txns = createOngoingTxns();
  readonly #verifications = createVerifications();

  get count(): number {
    return this.#producers.size;
  }

  get firstUnstableOffset(): Offset {
    return this.#txns.firstUnstableOffset;
  }

  check(batch: SequencedBatch, guard?: VerificationGuard): ProducerVerdict {
    const entry = this.#producers.get(batch.producerId);
    const duplicate = entry === undefined ? undefined : findDuplicate(entry, batch);
    if (duplicate !== undefined) return { kind: 'duplicate', batch: duplicate };
    return this.#checkBeginning(entry, batch, guard) ?? this.#checkSequences(entry, batch) ?? OK;
  }

  checkUnsequenced(batch: SequencedBatch, guard?: VerificationGuard): ProducerVerdict {
    return this.#checkBeginning(this.#producers.get(batch.producerId), batch, guard) ?? OK;
  }

  startVerification(batch: VerifiedBatch, beginsAtZero: boolean, nowMs: TimestampMs): VerificationStart {
    const entry = this.#producers.get(batch.producerId);
    const stale = entry === undefined ? undefined : checkEpoch(entry, batch.producerEpoch);
    if (stale !== undefined) return stale;
    if (isOngoing(entry, batch)) return { kind: 'not-needed' };
    return { kind: 'started', guard: this.#verifications.start(batch, beginsAtZero, nowMs) };
  }

  checkMarker(marker: EndTxnMarker): ProducerVerdict {
    const entry = this.#producers.get(marker.producerId);
    if (entry === undefined) return OK;
    const stale = checkMarkerEpoch(entry, marker);
    if (stale !== undefined) return stale;
    if (entry.coordinatorEpoch <= marker.coordinatorEpoch) return OK;
    return refused(
      ErrorCode.TRANSACTION_COORDINATOR_FENCED,
      `coordinator epoch ${marker.coordinatorEpoch} is older than ${entry.coordinatorEpoch}`,
    );
  }

  apply(batch: SequencedBatch, baseOffset: Offset, lastOffset: Offset, maxTimestampMs: TimestampMs): void {
    const entry = this.#entryOf(batch.producerId);
    addProducerBatch(entry, batch.producerEpoch, {
      lastSequence: batch.lastSequence,
      lastOffset,
      offsetDelta: lastOffset - baseOffset,
      timestampMs: maxTimestampMs,
    });
    if (batch.isTransactional && entry.currentTxnFirstOffset === -1) {
      entry.currentTxnFirstOffset = baseOffset;
      this.#txns.start(batch.producerId, baseOffset);
      this.#verifications.end(batch.producerId);
    }
  }

  applyMarker(marker: EndTxnMarker, offset: Offset): AbortedTxn | undefined {
    this.#verifications.end(marker.producerId);
    const entry = this.#entryOf(marker.producerId);
    const firstOffset = entry.currentTxnFirstOffset;
    setProducerEpoch(entry, marker.producerEpoch);
    entry.coordinatorEpoch = marker.coordinatorEpoch;
    entry.lastTimestampMs = marker.timestampMs;
    entry.currentTxnFirstOffset = -1;
    if (firstOffset === -1) return undefined;
    const lastStableOffset = this.#txns.stableOffsetWithout(marker.producerId, offset);
    this.#txns.complete(firstOffset, offset);
    if (!marker.isAbort) return undefined;
    return { producerId: marker.producerId, firstOffset, lastOffset: offset, lastStableOffset };
  }

  onHighWatermark(highWatermark: Offset): void {
    this.#txns.onHighWatermark(highWatermark);
  }

  expire(nowMs: TimestampMs, expirationMs: number): void {
    for (const [producerId, entry] of this.#producers) {
      if (isExpired(entry, nowMs, expirationMs)) this.#producers.delete(producerId);
    }
    this.#verifications.expire(nowMs, expirationMs);
  }

  get(producerId: ProducerId): ProducerEntry | undefined {
    return this.#producers.get(producerId);
  }

  entries(): Iterable<ProducerEntry> {
    return this.#producers.values();
  }

  load(entries: readonly ProducerEntry[], endOffset: Offset, uncertainBelow: Offset = 0): void {
    this.#producers.clear();
    this.#txns.clear();
    this.#verifications.clear();
    for (const entry of entries) {
      this.#producers.set(entry.producerId, entry);
      if (entry.currentTxnFirstOffset >= 0) this.#txns.start(entry.producerId, entry.currentTxnFirstOffset);
    }
    this.endOffset = endOffset;
    this.uncertainBelow = uncertainBelow;
  }

  #entryOf(producerId: ProducerId): ProducerEntry {
    let entry = this.#producers.get(producerId);
    if (entry === undefined) {
      entry = emptyProducerEntry(producerId);
      this.#producers.set(producerId, entry);
    }
    return entry;
  }

  /** The epoch first: whoever was fenced while somebody was asked is told that. */
  #checkBeginning(
    entry: ProducerEntry | undefined,
    batch: SequencedBatch,
    guard: VerificationGuard | undefined,
  ): Refused | undefined {
    const stale = entry === undefined ? undefined : checkEpoch(entry, batch.producerEpoch);
    if (stale !== undefined) return stale;
    if (!batch.isTransactional || guard === undefined || isOngoing(entry, batch)) return undefined;
    if (this.#verifications.isValid(guard)) return undefined;
    return refused(ErrorCode.INVALID_TXN_STATE, 'Record was not part of an ongoing transaction');
  }

  #checkSequences(entry: ProducerEntry | undefined, batch: SequencedBatch): Refused | undefined {
    const verification = batch.isTransactional ? this.#verifications.get(batch.producerId) : undefined;
    if (verification !== undefined) {
      const isNew = entry === undefined || entry.batches.length === 0;
      const { baseSequence, producerId } = batch;
      if (isNew && verification.beginsAtZero && baseSequence !== 0) {
        return refused(
          ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
          `producer ${producerId} began a transaction with sequence ${baseSequence}`,
        );
      }
      if (baseSequence > verification.sequenceMin) {
        return refused(
          ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
          `producer ${producerId} sent sequence ${baseSequence}, ${verification.sequenceMin} is still on its way`,
        );
      }
    }
    return entry === undefined ? undefined : (checkSequence(entry, batch) ?? checkOpenTransaction(entry, batch));
  }
}

/** A producer with an open transaction never expires. */
export function isExpired(entry: ProducerEntry, nowMs: TimestampMs, expirationMs: number): boolean {
  return entry.currentTxnFirstOffset === -1 && nowMs - entry.lastTimestampMs >= expirationMs;
}
