import type { OperationContext } from '../front/operation.ts';
import { consumerArn } from './arn.ts';
import type { Consumer, ConsumerStatus } from './generated/types.ts';
import type { ConsumerState } from './registry/stream-state.ts';

export function describeConsumer(
  stream: string,
  consumer: ConsumerState,
  context: OperationContext,
  statusDelayMs: number,
): Consumer {
  return {
    ConsumerName: consumer.name,
    ConsumerARN: consumerArn(stream, consumer, context),
    ConsumerStatus: consumerStatus(consumer, context.now, statusDelayMs),
    ConsumerCreationTimestamp: consumer.createdAtMs,
  };
}

/** There is nothing to be done for a consumer; only time makes it ACTIVE, as with the service. */
export function consumerStatus({ createdAtMs }: ConsumerState, now: number, statusDelayMs: number): ConsumerStatus {
  return now < createdAtMs + statusDelayMs ? 'CREATING' : 'ACTIVE';
}
