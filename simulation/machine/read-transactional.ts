import type { Broker } from '@sluice/client/broker';
import { fetchRequestCodec } from '@sluice/protocol/generated/messages/fetch-request';
import { type FetchResponse, fetchResponseCodec } from '@sluice/protocol/generated/messages/fetch-response';
import { isBatchError } from '@sluice/protocol/records/batch-error';
import {
  baseOffset,
  isControlBatch,
  isTransactional,
  lastOffsetDelta,
  producerId,
} from '@sluice/protocol/records/batch-header';
import { controlRecordType } from '@sluice/protocol/records/control-records';
import { readRecords } from '@sluice/protocol/records/read-records';
import { walkBatches } from '@sluice/protocol/records/walk-batches';

const FETCH = { request: fetchRequestCodec, response: fetchResponseCodec };
const NAMES_UNTIL = 12;
const READ_COMMITTED = 1;
const SIZE_BYTES_MAX = 1024 * 1024;

export interface PartitionOf {
  readonly topic: string;
  readonly partition: number;
}

export interface ReadRecord {
  readonly offset: number;
  readonly value: string;
  /** By what the broker says was aborted. */
  readonly isCommitted: boolean;
}

export interface TransactionalRead {
  readonly errorCode: number;
  readonly records: readonly ReadRecord[];
  readonly nextOffset: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
}

type FetchedPartition = FetchResponse['responses'][number]['partitions'][number];

/** One fetch below the last stable offset, with what became of each record's transaction. */
export async function readTransactional(
  broker: Broker,
  at: PartitionOf,
  fetchOffset: number,
): Promise<TransactionalRead> {
  const response = await broker.request(
    FETCH,
    () => ({
      replicaId: -1,
      maxWaitMs: 0,
      minBytes: 0,
      isolationLevel: READ_COMMITTED,
      topics: [
        {
          topic: at.topic,
          partitions: [{ partition: at.partition, fetchOffset, partitionMaxBytes: SIZE_BYTES_MAX }],
        },
      ],
      forgottenTopicsData: [],
    }),
    { versionMax: NAMES_UNTIL },
  );
  const data = response.responses[0]?.partitions[0];
  if (data === undefined) throw new Error(`${at.topic}-${at.partition} is not in the answer`);
  const { errorCode, highWatermark, lastStableOffset } = data;
  return { errorCode, highWatermark, lastStableOffset, ...recordsOf(data, fetchOffset) };
}

function recordsOf(data: FetchedPartition, fetchOffset: number): { records: ReadRecord[]; nextOffset: number } {
  const bytes = data.records ?? Buffer.alloc(0);
  const aborted = [...(data.abortedTransactions ?? [])].sort((one, other) => one.firstOffset - other.firstOffset);
  const open = new Set<number>();
  const records: ReadRecord[] = [];
  let nextOffset = fetchOffset;
  for (const batch of walkBatches(bytes)) {
    if (batch.kind !== 'batch') break;
    const last = baseOffset(bytes, batch.position) + lastOffsetDelta(bytes, batch.position);
    const producer = producerId(bytes, batch.position);
    for (let next = aborted[0]; next !== undefined && next.firstOffset <= last; next = aborted[0]) {
      open.add(next.producerId);
      aborted.shift();
    }
    nextOffset = last + 1;
    const read = readRecords(bytes, batch.position);
    if (isBatchError(read)) throw new Error(read.message);
    if (isControlBatch(bytes, batch.position)) {
      if (controlRecordType(read[0]?.key ?? null) === 'ABORT') open.delete(producer);
      continue;
    }
    const isCommitted = !(isTransactional(bytes, batch.position) && open.has(producer));
    // A batch comes whole, from wherever in it one asked.
    for (const { value, offset } of read) {
      if (offset >= fetchOffset) records.push({ offset, value: String(value), isCommitted });
    }
  }
  return { records, nextOffset };
}
