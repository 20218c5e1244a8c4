import type { Batch } from '@sluice/client/batch-sender';
import type { NewRecord } from '@sluice/protocol/records/build-batch';

/** A partition's batch is sent when it holds this much: well below what brokers take by default (1 MiB). */
export const BATCH_SIZE_BYTES_MAX = 512 * 1024;
/** All partitions' batches together wait for no more than this. */
export const COLLECTED_SIZE_BYTES_MAX = 8 * 1024 * 1024;
/** What a record needs besides its key, value and headers, at most. */
const RECORD_OVERHEAD_BYTES = 32;

/** Records that wait to be sent, by partition. */
export interface Collector {
  add(partition: number, record: NewRecord, sizeBytes: number): void;
  /** Whether another record of this size should wait until what is here was sent. */
  isFullFor(partition: number, sizeBytes: number): boolean;
  /** Everything, and nothing is left. */
  take(): readonly Batch[];
}

export function createCollector(): Collector {
  let collected = new Map<number, { records: NewRecord[]; sizeBytes: number }>();
  let collectedSizeBytes = 0;

  return {
    add(partition, record, sizeBytes) {
      const batch = collected.get(partition) ?? { records: [], sizeBytes: 0 };
      collected.set(partition, batch);
      batch.records.push(record);
      batch.sizeBytes += sizeBytes + RECORD_OVERHEAD_BYTES;
      collectedSizeBytes += sizeBytes + RECORD_OVERHEAD_BYTES;
    },
    isFullFor(partition, sizeBytes) {
      const ofPartition = collected.get(partition)?.sizeBytes ?? 0;
      return (
        (ofPartition > 0 && ofPartition + sizeBytes > BATCH_SIZE_BYTES_MAX) ||
        (collectedSizeBytes > 0 && collectedSizeBytes + sizeBytes > COLLECTED_SIZE_BYTES_MAX)
      );
    },
    take() {
      const batches = [...collected].map(([partition, { records }]) => ({ partition, records }));
      collected = new Map();
      collectedSizeBytes = 0;
      return batches;
    },
  };
}
