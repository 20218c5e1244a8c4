import type { KinesisOperations } from '../generated/types.ts';
import { type SettleNeeds, settleRecords } from '../queues/settle-records.ts';

export function restoreDeadLetterQueueRecords(needs: SettleNeeds): KinesisOperations['RestoreDeadLetterQueueRecords'] {
  return (input, context) => settleRecords(needs, 'dead', 'restore', input, context);
}
