import type { ProducerEpoch, ProducerId, TimestampMs } from '@sluice/kernel/ids';
import type { Codec } from '@sluice/protocol/compression/codec';
import { BATCH_HEADER_SIZE_BYTES } from '@sluice/protocol/records/batch-header';
import { buildBatch, type NewRecord } from '@sluice/protocol/records/build-batch';

export interface EncodedRecord {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/** What a record needs at most besides its key and value: six varints of at most 5 bytes, one of 10, the attributes. */
const RECORD_OVERHEAD_SIZE_BYTES_MAX = 36;

/** Never less than what the record takes in a batch. */
export function recordSizeBytesMax({ key, value }: EncodedRecord): number {
  return RECORD_OVERHEAD_SIZE_BYTES_MAX + key.length + (value?.length ?? 0);
}

/** Records that were applied and leave for the log together. */
export interface AppendBatch {
  readonly recordCount: number;
  /** Never less than what the batch will take without compression. */
  readonly sizeBytesMax: number;
  add(record: EncodedRecord, timestampMs: TimestampMs): void;
  /** The batch as it goes into the log; empty again afterwards. */
  take(transaction?: { readonly producerId: ProducerId; readonly producerEpoch: ProducerEpoch }): Buffer;
  clear(): void;
}

export function createAppendBatch(codec: () => Codec): AppendBatch {
  let records: NewRecord[] = [];
  let sizeBytesMax = BATCH_HEADER_SIZE_BYTES;

  function clear(): void {
    records = [];
    sizeBytesMax = BATCH_HEADER_SIZE_BYTES;
  }

  return {
    get recordCount() {
      return records.length;
    },
    get sizeBytesMax() {
      return sizeBytesMax;
    },
    add(record, timestampMs) {
      records.push({ key: record.key, value: record.value, timestampMs });
      sizeBytesMax += recordSizeBytesMax(record);
    },
    take(transaction) {
      const options = { codec: codec() };
      const batch = buildBatch(
        records,
        transaction === undefined ? options : { ...options, ...transaction, isTransactional: true },
      );
      clear();
      return batch;
    },
    clear,
  };
}
