import type { ProducerEpoch } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { NO_PRODUCER_EPOCH, NO_SEQUENCE } from '@sluice/protocol/records/batch-header';
import {
  firstSequenceOf,
  isNextSequence,
  lastSequenceOf,
  type ProducerBatch,
  type ProducerEntry,
} from './producer-entry.ts';
import type { EndTxnMarker, ProducerVerdict, SequencedBatch } from './producer-state.ts';

/* Why a batch or a marker of a producer is refused, each reason by itself, in Kafka's words. */

const PRODUCER_EPOCH_MAX = 32_767;

export type Refused = Extract<ProducerVerdict, { kind: 'refused' }>;

export function findDuplicate(entry: ProducerEntry, batch: SequencedBatch): ProducerBatch | undefined {
  if (batch.producerEpoch !== entry.producerEpoch) return undefined;
  return entry.batches.find(
    (known) => firstSequenceOf(known) === batch.baseSequence && known.lastSequence === batch.lastSequence,
  );
}

export function isOngoing(
  entry: ProducerEntry | undefined,
  { producerEpoch }: { readonly producerEpoch: ProducerEpoch },
): boolean {
  return entry !== undefined && entry.currentTxnFirstOffset !== -1 && entry.producerEpoch === producerEpoch;
}

export function checkOpenTransaction(entry: ProducerEntry, batch: SequencedBatch): Refused | undefined {
  if (entry.currentTxnFirstOffset === -1 || batch.isTransactional) return undefined;
  return refused(
    ErrorCode.INVALID_TXN_STATE,
    `producer ${batch.producerId} has an open transaction since offset ${entry.currentTxnFirstOffset}`,
  );
}

export function checkEpoch(entry: ProducerEntry, producerEpoch: ProducerEpoch): Refused | undefined {
  if (producerEpoch >= entry.producerEpoch) return undefined;
  return refused(
    ErrorCode.INVALID_PRODUCER_EPOCH,
    `epoch ${producerEpoch} of producer ${entry.producerId} is older than ${entry.producerEpoch}`,
  );
}

/** A marker that comes twice does no harm, but one of an earlier transaction must not end the next (I7). */
export function checkMarkerEpoch(entry: ProducerEntry, marker: EndTxnMarker): Refused | undefined {
  const isRaised = (marker.transactionVersion ?? 0) >= 2;
  if (!isRaised || marker.producerEpoch !== entry.producerEpoch) return checkEpoch(entry, marker.producerEpoch);
  if (entry.currentTxnFirstOffset === -1 || marker.producerEpoch === PRODUCER_EPOCH_MAX) return undefined;
  return refused(
    ErrorCode.INVALID_PRODUCER_EPOCH,
    `a marker of epoch ${marker.producerEpoch} for the transaction of the same epoch of producer ${marker.producerId}`,
  );
}

export function checkSequence(entry: ProducerEntry, batch: SequencedBatch): Refused | undefined {
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

export function refused(errorCode: number, message: string): Refused {
  return { kind: 'refused', errorCode, message };
}
