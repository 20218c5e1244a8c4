import type { KinesisOperations } from '../generated/types.ts';
import { type ReceiveNeeds, receiveRecords } from '../queues/receive-records.ts';

export function receiveQueueRecords(needs: ReceiveNeeds): KinesisOperations['ReceiveQueueRecords'] {
  return (input, context) => receiveRecords(needs, 'normal', input, context);
}
