import type { ProducerEpoch, ProducerId, TimestampMs } from '@sluice/kernel/ids';
import { type Codec, idOfCodec } from '@sluice/protocol/compression/codec';
import { compress } from '@sluice/protocol/compression/registry';
import { EMPTY_BYTES } from '@sluice/protocol/empty-bytes';
import {
  attributesOf,
  BATCH_HEADER_SIZE_BYTES,
  NO_LEADER_EPOCH,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  writeHeader,
} from '@sluice/protocol/records/batch-header';
import { behindHeader } from '@sluice/protocol/records/build-batch';
import { writeRecord } from '@sluice/protocol/records/write-record';

export interface EncodedRecord {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/** What a record needs at most besides its key and value: six varints of at most 5 bytes, one of 10, the attributes. */
const RECORD_OVERHEAD_SIZE_BYTES_MAX = 36;
const SCRATCH_SIZE_BYTES_MIN = 4 * 1024;
/** A larger one is given back after use: there is one for each shard. */
const SCRATCH_SIZE_BYTES_KEPT_MAX = 64 * 1024;
const NO_HEADERS: readonly never[] = [];

/** Never less than what the record takes in a batch. */
export function recordSizeBytesMax({ key, value }: EncodedRecord): number {
  return RECORD_OVERHEAD_SIZE_BYTES_MAX + key.length + (value?.length ?? 0);
}

/** Records that were applied and leave for the log together. */
export interface AppendBatch {
  readonly recordCount: number;
  /** What the batch takes without compression. */
  readonly sizeBytes: number;
  add(record: EncodedRecord, timestampMs: TimestampMs): void;
  /** The batch as it goes into the log; empty again afterwards. */
  take(transaction?: { readonly producerId: ProducerId; readonly producerEpoch: ProducerEpoch }): Buffer;
  clear(): void;
}

/** Records are written as they come, behind room for the header: nothing is kept of them but their bytes. */
export function createAppendBatch(codec: () => Codec): AppendBatch {
  let scratch: Buffer = EMPTY_BYTES;
  let at = BATCH_HEADER_SIZE_BYTES;
  let recordCount = 0;
  let baseTimestampMs = 0;
  let maxTimestampMs = 0;

  function reserve(sizeBytes: number): void {
    if (at + sizeBytes <= scratch.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(SCRATCH_SIZE_BYTES_MIN, scratch.length * 2, at + sizeBytes));
    scratch.copy(larger, 0, 0, at);
    scratch = larger;
  }

  function clear(): void {
    at = BATCH_HEADER_SIZE_BYTES;
    recordCount = 0;
    if (scratch.length > SCRATCH_SIZE_BYTES_KEPT_MAX) scratch = EMPTY_BYTES;
  }

  return {
    get recordCount() {
      return recordCount;
    },
    get sizeBytes() {
      return at;
    },
    add(record, timestampMs) {
      reserve(recordSizeBytesMax(record));
      if (recordCount === 0) {
        baseTimestampMs = timestampMs;
        maxTimestampMs = timestampMs;
      }
      // The wall clock may have jumped back.
      maxTimestampMs = Math.max(maxTimestampMs, timestampMs);
      at = writeRecord(scratch, at, {
        timestampDeltaMs: timestampMs - baseTimestampMs,
        offsetDelta: recordCount,
        key: record.key,
        value: record.value,
        headers: NO_HEADERS,
      });
      recordCount++;
    },
    take(transaction) {
      const name = codec();
      const plain = scratch.subarray(0, at);
      const batch =
        name === 'none' ? Buffer.from(plain) : behindHeader(compress(name, plain.subarray(BATCH_HEADER_SIZE_BYTES)));
      writeHeader(batch, 0, batch.length, {
        baseOffset: 0,
        partitionLeaderEpoch: NO_LEADER_EPOCH,
        attributes: attributesOf({
          codecId: idOfCodec(name),
          timestampType: 'CreateTime',
          isTransactional: transaction !== undefined,
          isControlBatch: false,
          hasDeleteHorizon: false,
        }),
        lastOffsetDelta: recordCount - 1,
        baseTimestampMs,
        maxTimestampMs,
        producerId: transaction?.producerId ?? NO_PRODUCER_ID,
        producerEpoch: transaction?.producerEpoch ?? NO_PRODUCER_EPOCH,
        baseSequence: NO_SEQUENCE,
        recordCount,
      });
      clear();
      return batch;
    },
    clear,
  };
}
