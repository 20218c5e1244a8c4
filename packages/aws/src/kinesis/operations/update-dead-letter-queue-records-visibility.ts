import type { KinesisOperations } from '../generated/types.ts';
import { type SettleNeeds, settleRecords } from '../queues/settle-records.ts';

export function updateDeadLetterQueueRecordsVisibility(
  needs: SettleNeeds,
): KinesisOperations['UpdateDeadLetterQueueRecordsVisibility'] {
  return (input, context) => settleRecords(needs, 'dead', 'visibility', input, context);
}
