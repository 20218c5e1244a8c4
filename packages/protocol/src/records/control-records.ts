import { buildBatch } from './build-batch.ts';

/** By their ids in a control record's key. −1 stands for those that are not known. */
const CONTROL_RECORD_TYPES = {
  ABORT: 0,
  COMMIT: 1,
  LEADER_CHANGE: 2,
  SNAPSHOT_HEADER: 3,
  SNAPSHOT_FOOTER: 4,
  KRAFT_VERSION: 5,
  KRAFT_VOTERS: 6,
} as const;

export type ControlRecordType = keyof typeof CONTROL_RECORD_TYPES;

const TYPE_BY_ID = new Map<number, ControlRecordType>();
for (const [name, id] of Object.entries(CONTROL_RECORD_TYPES)) TYPE_BY_ID.set(id, name as ControlRecordType);

/** Both schemas have version 0 only; a later version may only add fields behind. */
const SCHEMA_VERSION = 0;
const KEY_SIZE_BYTES = 4;
const END_TXN_MARKER_SIZE_BYTES = 6;

/** ControlRecordTypeSchema: version int16, type int16. */
export function controlRecordKey(type: ControlRecordType): Buffer {
  const key = Buffer.alloc(KEY_SIZE_BYTES);
  key.writeInt16BE(SCHEMA_VERSION, 0);
  key.writeInt16BE(CONTROL_RECORD_TYPES[type], 2);
  return key;
}

/** `unknown` for a type of a later Kafka, which readers skip; `undefined` if it is no control record's key. */
export function controlRecordType(key: Buffer | null): ControlRecordType | 'unknown' | undefined {
  if (key === null || key.length < KEY_SIZE_BYTES || key.readInt16BE(0) < 0) return undefined;
  return TYPE_BY_ID.get(key.readInt16BE(2)) ?? 'unknown';
}

/** EndTxnMarker: version int16, coordinatorEpoch int32. */
function endTxnMarkerValue(coordinatorEpoch: number): Buffer {
  const value = Buffer.alloc(END_TXN_MARKER_SIZE_BYTES);
  value.writeInt16BE(SCHEMA_VERSION, 0);
  value.writeInt32BE(coordinatorEpoch, 2);
  return value;
}

/** The coordinator's epoch in a COMMIT or ABORT record; `undefined` if it is no marker's value. */
export function endTxnMarkerCoordinatorEpoch(value: Buffer | null): number | undefined {
  if (value === null || value.length < END_TXN_MARKER_SIZE_BYTES || value.readInt16BE(0) < 0) return undefined;
  return value.readInt32BE(2);
}

export interface EndTxnMarker {
  readonly type: 'COMMIT' | 'ABORT';
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
  readonly timestampMs: number;
  readonly baseOffset?: number;
  readonly partitionLeaderEpoch?: number;
}

/** The batch of one control record that ends a transaction in a partition. */
export function buildEndTxnMarkerBatch(marker: EndTxnMarker): Buffer {
  const record = {
    key: controlRecordKey(marker.type),
    value: endTxnMarkerValue(marker.coordinatorEpoch),
    timestampMs: marker.timestampMs,
  };
  return buildBatch([record], {
    baseOffset: marker.baseOffset,
    partitionLeaderEpoch: marker.partitionLeaderEpoch,
    producerId: marker.producerId,
    producerEpoch: marker.producerEpoch,
    isTransactional: true,
    isControlBatch: true,
  });
}
