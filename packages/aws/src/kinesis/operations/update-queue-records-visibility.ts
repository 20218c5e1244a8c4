import type { KinesisOperations } from '../generated/types.ts';
import { type SettleNeeds, settleRecords } from '../queues/settle-records.ts';

export function updateQueueRecordsVisibility(needs: SettleNeeds): KinesisOperations['UpdateQueueRecordsVisibility'] {
  return (input, context) => settleRecords(needs, 'normal', 'visibility', input, context);
}
