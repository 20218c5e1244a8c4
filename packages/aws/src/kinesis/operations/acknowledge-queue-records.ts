import type { KinesisOperations } from '../generated/types.ts';
import { type SettleNeeds, settleRecords } from '../queues/settle-records.ts';

export function acknowledgeQueueRecords(needs: SettleNeeds): KinesisOperations['AcknowledgeQueueRecords'] {
  return (input, context) => settleRecords(needs, 'normal', 'acknowledge', input, context);
}
