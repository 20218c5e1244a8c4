import type { OperationContext } from '../../front/operation.ts';
import { queueArn, streamArn } from '../arn.ts';
import type { QueueDescription, QueueStatus, QueueSummary } from '../generated/types.ts';
import type { QueueState, StreamQueue } from './queue-state.ts';

export function describeQueueOf(
  { stream, queue }: StreamQueue,
  context: OperationContext,
  statusDelayMs: number,
): QueueDescription {
  const { start, visibilitySeconds, receiveCountMax } = queue;
  return {
    QueueName: queue.name,
    QueueARN: queueArn(queue.id, context),
    QueueStatus: queueStatus(queue, context.now, statusDelayMs),
    QueueCreationTimestamp: queue.createdAtMs,
    StreamConfigurationList: [
      {
        StreamARN: streamArn(stream.name, context),
        StartingPosition: {
          Type: start.type,
          ...(start.timestampMs === undefined ? {} : { Timestamp: start.timestampMs }),
        },
      },
    ],
    QueueAttributes: {
      VisibilityTimeoutSeconds: visibilitySeconds,
      DeadLetterConfiguration:
        receiveCountMax === null
          ? { TargetType: 'NONE' }
          : { TargetType: 'BUILT_IN', MaxReceiveCount: receiveCountMax },
    },
  };
}

export function summarizeQueue(
  { stream, queue }: StreamQueue,
  context: OperationContext,
  statusDelayMs: number,
): QueueSummary {
  return {
    QueueName: queue.name,
    QueueARN: queueArn(queue.id, context),
    QueueStatus: queueStatus(queue, context.now, statusDelayMs),
    QueueCreationTimestamp: queue.createdAtMs,
    Streams: [{ StreamARN: streamArn(stream.name, context), StreamCreationTimestamp: stream.createdAtMs }],
  };
}

/** There is nothing to be done for changed attributes; only time makes it ACTIVE again, as with the service. */
export function queueStatus({ status, updatedAtMs }: QueueState, now: number, statusDelayMs: number): QueueStatus {
  return status === 'ACTIVE' && now < updatedAtMs + statusDelayMs ? 'UPDATING' : status;
}
