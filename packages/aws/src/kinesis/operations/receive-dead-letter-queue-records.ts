import type { KinesisOperations } from '../generated/types.ts';
import { type ReceiveNeeds, receiveRecords } from '../queues/receive-records.ts';

export function receiveDeadLetterQueueRecords(needs: ReceiveNeeds): KinesisOperations['ReceiveDeadLetterQueueRecords'] {
  return (input, context) => receiveRecords(needs, 'dead', input, context);
}
