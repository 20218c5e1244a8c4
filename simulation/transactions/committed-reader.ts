import type { Broker } from '@sluice/client/broker';
import { fetchRequestCodec } from '@sluice/protocol/generated/messages/fetch-request';
import { fetchResponseCodec } from '@sluice/protocol/generated/messages/fetch-response';
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
import type { PartitionOf } from './transactional-requests.ts';

const FETCH = { request: fetchRequestCodec, response: fetchResponseCodec };
const NAMES_UNTIL = 12;
const FETCH_SIZE_BYTES = 1024 * 1024;
const READ_COMMITTED = 1;

export interface CommittedRead {
  readonly errorCode: number;
  readonly values: readonly string[];
  readonly nextOffset: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
}

/** Reads from an offset on what is committed, as a consumer does: it leaves out what the broker says was aborted. */
export async function readCommitted(broker: Broker, at: PartitionOf, fetchOffset: number): Promise<CommittedRead> {
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
          partitions: [{ partition: at.partition, fetchOffset, partitionMaxBytes: FETCH_SIZE_BYTES }],
        },
      ],
      forgottenTopicsData: [],
    }),
    { versionMax: NAMES_UNTIL },
  );
  const data = response.responses[0]?.partitions[0];
  if (data === undefined)
    return { errorCode: -1, values: [], nextOffset: fetchOffset, highWatermark: -1, lastStableOffset: -1 };
  const { errorCode, highWatermark, lastStableOffset } = data;
  const aborted = [...(data.abortedTransactions ?? [])].sort((one, other) => one.firstOffset - other.firstOffset);
  const open = new Set<number>();
  const values: string[] = [];
  let nextOffset = fetchOffset;
  const records = data.records ?? Buffer.alloc(0);
  for (const batch of walkBatches(records)) {
    if (batch.kind !== 'batch') break;
    const first = baseOffset(records, batch.position);
    const last = first + lastOffsetDelta(records, batch.position);
    const producer = producerId(records, batch.position);
    for (let next = aborted[0]; next !== undefined && next.firstOffset <= last; next = aborted[0]) {
      open.add(next.producerId);
      aborted.shift();
    }
    nextOffset = last + 1;
    const read = readRecords(records, batch.position);
    if (isBatchError(read)) throw new Error(read.message);
    if (isControlBatch(records, batch.position)) {
      if (controlRecordType(read[0]?.key ?? null) === 'ABORT') open.delete(producer);
      continue;
    }
    if (isTransactional(records, batch.position) && open.has(producer)) continue;
    // A batch comes whole, from wherever in it one asked.
    for (const { value, offset } of read) if (offset >= fetchOffset) values.push(String(value));
  }
  return { errorCode, values, nextOffset, highWatermark, lastStableOffset };
}

/** Everything that is committed in a partition. `undefined` if something in it is still open. */
export async function readAllCommitted(broker: Broker, at: PartitionOf): Promise<readonly string[] | undefined> {
  const values: string[] = [];
  for (let offset = 0; ; ) {
    const read = await readCommitted(broker, at, offset);
    if (read.errorCode !== 0 || read.lastStableOffset !== read.highWatermark) return undefined;
    values.push(...read.values);
    if (read.nextOffset >= read.highWatermark) return values;
    if (read.nextOffset === offset) return undefined;
    offset = read.nextOffset;
  }
}
