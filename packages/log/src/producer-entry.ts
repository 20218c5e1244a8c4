import type { Offset, ProducerEpoch, ProducerId, TimestampMs } from '@sluice/kernel/ids';
import { NO_PRODUCER_EPOCH, NO_SEQUENCE } from '@sluice/protocol/records/batch-header';

/** As many as a producer may have in flight; a retry of an older batch cannot be told from a gap. */
export const CACHED_BATCHES_MAX = 5;
const SEQUENCE_COUNT = 2 ** 31;

/** What is remembered of one batch, so that its retry is answered and not appended. */
export interface ProducerBatch {
  readonly lastSequence: number;
  readonly lastOffset: Offset;
  /** Records in the batch, less one. */
  readonly offsetDelta: number;
  readonly timestampMs: TimestampMs;
}

/** One producer's state in one partition. */
export interface ProducerEntry {
  readonly producerId: ProducerId;
  producerEpoch: ProducerEpoch;
  coordinatorEpoch: number;
  lastTimestampMs: TimestampMs;
  /** First offset of its open transaction, or −1. */
  currentTxnFirstOffset: Offset;
  /** Oldest first, at most `CACHED_BATCHES_MAX`, all of the current epoch. */
  batches: ProducerBatch[];
}

export function emptyProducerEntry(producerId: ProducerId): ProducerEntry {
  return {
    producerId,
    producerEpoch: NO_PRODUCER_EPOCH,
    coordinatorEpoch: -1,
    lastTimestampMs: -1,
    currentTxnFirstOffset: -1,
    batches: [],
  };
}

export function lastSequenceOf(entry: ProducerEntry): number {
  return entry.batches.at(-1)?.lastSequence ?? NO_SEQUENCE;
}

/** The sequence of a batch's first record; sequences wrap from 2^31−1 to 0. */
export function firstSequenceOf(batch: ProducerBatch): number {
  const first = batch.lastSequence - batch.offsetDelta;
  return first < 0 ? first + SEQUENCE_COUNT : first;
}

export function isNextSequence(lastSequence: number, nextSequence: number): boolean {
  return nextSequence === lastSequence + 1 || (nextSequence === 0 && lastSequence === SEQUENCE_COUNT - 1);
}

/** Remembers a batch; another epoch forgets those of the last. */
export function addProducerBatch(entry: ProducerEntry, producerEpoch: ProducerEpoch, batch: ProducerBatch): void {
  setProducerEpoch(entry, producerEpoch);
  if (entry.batches.length === CACHED_BATCHES_MAX) entry.batches.shift();
  entry.batches.push(batch);
  entry.lastTimestampMs = batch.timestampMs;
}

export function setProducerEpoch(entry: ProducerEntry, producerEpoch: ProducerEpoch): void {
  if (entry.producerEpoch === producerEpoch) return;
  entry.producerEpoch = producerEpoch;
  entry.batches = [];
}
