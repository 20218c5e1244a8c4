import type { TimestampMs } from '@sluice/kernel/ids';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { buildEndTxnMarkerBatch } from '@sluice/protocol/records/control-records';
import { IDEMPOTENT_PRODUCERS, PLAIN_PRODUCERS } from './commands.ts';
import type { ReferenceBatch, ReferenceLog } from './reference-log.ts';

const IDEMPOTENT_IDS = 100;
const TRANSACTIONAL_IDS = 200;

/** The producer id behind a command's number; −1 for none. */
export function producerOf(index: number): number {
  if (index < PLAIN_PRODUCERS) return -1;
  return (index < PLAIN_PRODUCERS + IDEMPOTENT_PRODUCERS ? IDEMPOTENT_IDS : TRANSACTIONAL_IDS) + index;
}

export function isTransactional(producerId: number): boolean {
  return producerId >= TRANSACTIONAL_IDS;
}

/** A batch as its producer sends it. */
export function encodeBatch(batch: ReferenceBatch): Buffer {
  const { producerId, baseSequence, codec } = batch;
  const producer = { producerId, producerEpoch: 0, baseSequence, isTransactional: batch.isTransactional };
  return buildBatch(batch.records, { codec, ...(producerId === -1 ? {} : producer) });
}

/** What ends a producer's transaction at the end of the log. */
export function markerAt(
  { endOffset, leaderEpoch }: ReferenceLog,
  producerId: number,
  marker: 'COMMIT' | 'ABORT',
  timestampMs: TimestampMs,
): ReferenceBatch {
  return {
    baseOffset: endOffset,
    lastOffset: endOffset,
    leaderEpoch,
    codec: 'none',
    producerId,
    baseSequence: -1,
    isTransactional: true,
    marker,
    records: [{ offset: endOffset, key: marker, value: null, timestampMs }],
    isDurable: true,
    isAcked: false,
  };
}

export function encodeMarker({ marker, producerId, records }: ReferenceBatch): Buffer {
  return buildEndTxnMarkerBatch({
    type: marker === 'ABORT' ? 'ABORT' : 'COMMIT',
    producerId,
    producerEpoch: 0,
    coordinatorEpoch: 0,
    timestampMs: records[0]?.timestampMs ?? -1,
  });
}
