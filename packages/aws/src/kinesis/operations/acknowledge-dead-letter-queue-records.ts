import type { KinesisOperations } from '../generated/types.ts';
import { type SettleNeeds, settleRecords } from '../queues/settle-records.ts';

export function acknowledgeDeadLetterQueueRecords(
  needs: SettleNeeds,
): KinesisOperations['AcknowledgeDeadLetterQueueRecords'] {
  return (input, context) => settleRecords(needs, 'dead', 'acknowledge', input, context);
}
