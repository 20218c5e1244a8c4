import type { Broker } from '@sluice/client/broker';
import { fetchRequestCodec } from '@sluice/protocol/generated/messages/fetch-request';
import { fetchResponseCodec } from '@sluice/protocol/generated/messages/fetch-response';
import { listOffsetsRequestCodec } from '@sluice/protocol/generated/messages/list-offsets-request';
import { listOffsetsResponseCodec } from '@sluice/protocol/generated/messages/list-offsets-response';
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
import { type LastingRecord, placeOf } from './history.ts';

const FETCH = { request: fetchRequestCodec, response: fetchResponseCodec };
const LIST_OFFSETS = { request: listOffsetsRequestCodec, response: listOffsetsResponseCodec };
const NAMES_UNTIL = 12;
const EARLIEST = -2;
const READ_COMMITTED = 1;
const SIZE_BYTES_MAX = 10_000_000;

/** All records of a partition in which no transaction is open, with what became of their transactions. */
export async function readLog(broker: Broker, topic: string, partition: number): Promise<LastingRecord[]> {
  const lasting: LastingRecord[] = [];
  const start = await earliest(broker, topic, partition);
  let fetchOffset = start;
  for (;;) {
    const data = await fetchOnce(broker, topic, partition, fetchOffset);
    if (data.errorCode !== 0 || data.lastStableOffset !== data.highWatermark) {
      throw new Error(`${placeOf(topic, partition)} cannot be read: ${data.errorCode}, ${data.lastStableOffset}`);
    }
    const records = data.records ?? Buffer.alloc(0);
    const aborted = [...(data.abortedTransactions ?? [])].sort((one, other) => one.firstOffset - other.firstOffset);
    const open = new Set<number>();
    for (const batch of walkBatches(records)) {
      if (batch.kind !== 'batch') break;
      const last = baseOffset(records, batch.position) + lastOffsetDelta(records, batch.position);
      const producer = producerId(records, batch.position);
      for (let next = aborted[0]; next !== undefined && next.firstOffset <= last; next = aborted[0]) {
        open.add(next.producerId);
        aborted.shift();
      }
      fetchOffset = last + 1;
      const read = readRecords(records, batch.position);
      if (isBatchError(read)) throw new Error(read.message);
      if (isControlBatch(records, batch.position)) {
        if (controlRecordType(read[0]?.key ?? null) === 'ABORT') open.delete(producer);
        continue;
      }
      const isCommitted = !(isTransactional(records, batch.position) && open.has(producer));
      for (const { value, offset } of read) {
        // A batch comes whole, from wherever in it the log begins.
        if (offset < start) continue;
        lasting.push({ place: placeOf(topic, partition), offset, value: String(value), isCommitted });
      }
    }
    if (fetchOffset >= data.highWatermark || records.length === 0) return lasting;
  }
}

async function fetchOnce(broker: Broker, topic: string, partition: number, fetchOffset: number) {
  const response = await broker.request(
    FETCH,
    () => ({
      replicaId: -1,
      maxWaitMs: 0,
      minBytes: 0,
      isolationLevel: READ_COMMITTED,
      topics: [{ topic, partitions: [{ partition, fetchOffset, partitionMaxBytes: SIZE_BYTES_MAX }] }],
      forgottenTopicsData: [],
    }),
    { versionMax: NAMES_UNTIL },
  );
  const data = response.responses[0]?.partitions[0];
  if (data === undefined) throw new Error(`${placeOf(topic, partition)} is not there`);
  return data;
}

async function earliest(broker: Broker, topic: string, partition: number): Promise<number> {
  const { topics } = await broker.request(LIST_OFFSETS, () => ({
    replicaId: -1,
    isolationLevel: 0,
    topics: [{ name: topic, partitions: [{ partitionIndex: partition, timestamp: EARLIEST }] }],
  }));
  return topics[0]?.partitions[0]?.offset ?? 0;
}
