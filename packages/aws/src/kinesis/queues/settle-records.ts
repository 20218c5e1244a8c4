import type { Clock } from '@sluice/kernel/clock';
import type { OperationContext } from '../../front/operation.ts';
import type { Seal } from '../records/seal.ts';
import { requireServingQueue } from './find-queue.ts';
import type { Path } from './ledger-view.ts';
import type { Queues } from './queues.ts';
import { type ReceiptEntry, type SettledReceipts, type Settlement, settleReceipts } from './settle-receipts.ts';

export interface SettleNeeds {
  readonly queues: Queues;
  readonly seal: Seal;
  readonly clock: Clock;
}

/** Of a request about records that were received: what becomes of them, each by itself. */
export async function settleRecords(
  { queues, seal, clock }: SettleNeeds,
  path: Path,
  settlement: Settlement,
  { QueueARN, Entries }: { readonly QueueARN: string; readonly Entries: readonly ReceiptEntry[] },
  context: OperationContext,
): Promise<SettledReceipts> {
  const found = await requireServingQueue(queues, QueueARN, context);
  const { ledger } = queues.open(found);
  return await settleReceipts({ seal, clock, ledger, queueId: found.queue.id }, path, settlement, Entries);
}
