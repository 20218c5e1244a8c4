import { isBatchError } from '@sluice/protocol/records/batch-error';
import { isControlBatch, producerEpoch, producerId } from '@sluice/protocol/records/batch-header';
import { controlRecordType, endTxnMarkerCoordinatorEpoch } from '@sluice/protocol/records/control-records';
import { readRecords } from '@sluice/protocol/records/read-records';
import type { EndTxnMarker } from './producer-state.ts';

/** The commit or abort marker in a control batch; `undefined` for any other batch, and for a marker that compaction emptied. */
export function readEndTxnMarker(buffer: Buffer, at = 0): EndTxnMarker | undefined {
  if (!isControlBatch(buffer, at)) return undefined;
  const records = readRecords(buffer, at);
  if (isBatchError(records)) return undefined;
  const record = records[0];
  if (record === undefined) return undefined;
  const type = controlRecordType(record.key);
  const coordinatorEpoch = endTxnMarkerCoordinatorEpoch(record.value);
  if ((type !== 'COMMIT' && type !== 'ABORT') || coordinatorEpoch === undefined) return undefined;
  return {
    producerId: producerId(buffer, at),
    producerEpoch: producerEpoch(buffer, at),
    coordinatorEpoch,
    isAbort: type === 'ABORT',
    timestampMs: record.timestampMs,
  };
}
