import type { OperationContext } from '../../front/operation.ts';
import type { QueueRecord, ReceiveQueueRecordsInput } from '../generated/types.ts';
import { partitionKeyOf } from '../records/record-mapping.ts';
import type { Seal } from '../records/seal.ts';
import { requireServingQueue } from './find-queue.ts';
import type { Path } from './ledger-view.ts';
import type { Queues } from './queues.ts';
import { sealReceipt } from './receipt-handle.ts';
import type { Received } from './received.ts';

const LIMIT_DEFAULT = 10;
const WAIT_SECONDS_DEFAULT = 9;
const NO_DATA = Buffer.alloc(0);

export interface ReceiveNeeds {
  readonly queues: Queues;
  readonly seal: Seal;
}

export async function receiveRecords(
  { queues, seal }: ReceiveNeeds,
  path: Path,
  input: ReceiveQueueRecordsInput,
  context: OperationContext,
): Promise<{ readonly QueueRecords: readonly QueueRecord[] }> {
  const { QueueARN, Limit = LIMIT_DEFAULT, WaitTimeSeconds = WAIT_SECONDS_DEFAULT, VisibilityTimeoutSeconds } = input;
  const found = await requireServingQueue(queues, QueueARN, context);
  const { id, visibilitySeconds } = found.queue;
  const received = await queues.open(found).receive(found, {
    path,
    countMax: Limit,
    visibilityMs: (VisibilityTimeoutSeconds ?? visibilitySeconds) * 1000,
    waitMs: WaitTimeSeconds * 1000,
    signal: context.signal,
  });
  return { QueueRecords: await Promise.all(received.map((each) => queueRecordOf(seal, id, each))) };
}

async function queueRecordOf(seal: Seal, queueId: string, { id, entry, record }: Received): Promise<QueueRecord> {
  return {
    ReceiptHandle: await sealReceipt(seal, { queueId, recordId: id, receipt: entry.receipt }),
    RecordId: id,
    PartitionKey: partitionKeyOf(record.key),
    Data: record.value ?? NO_DATA,
    ApproximateArrivalTimestamp: Math.max(0, record.timestampMs),
    FirstReceiveTimestamp: entry.firstReceivedMs,
    ReceiveCount: entry.receiveCount,
  };
}
