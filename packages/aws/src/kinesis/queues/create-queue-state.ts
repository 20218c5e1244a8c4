import type { OperationContext } from '../../front/operation.ts';
import { namedStream } from '../arn.ts';
import { CONSUMERS_MAX } from '../consumer-limit.ts';
import { invalidArgument, limitExceeded, resourceInUse, streamNotActive } from '../errors.ts';
import type { CreateQueueInput, QueueStartingPosition } from '../generated/types.ts';
import type { StreamState } from '../registry/stream-state.ts';
import { requireTags } from '../tags.ts';
import { DEFAULT_ATTRIBUTES, withAttributes } from './queue-attributes.ts';
import { type QueueState, queuesOf, type StreamQueue } from './queue-state.ts';

/** Queues that are being made or deleted at the same time. */
const CHANGING_MAX = 5;

/** What a request for a queue says by itself: the stream, and the queue but for what it is given when it is made. */
export function readCreateQueue(input: CreateQueueInput, { now }: Pick<OperationContext, 'now'>) {
  const { QueueName: name, StreamConfigurationList: configurations, QueueAttributes: asked, Tags: tags = {} } = input;
  const [configuration] = configurations;
  if (configuration === undefined || configurations.length > 1) {
    throw invalidArgument('StreamConfigurationList must have exactly one entry: a queue is of one stream.');
  }
  requireTags(tags, {});
  return {
    stream: namedStream({ StreamARN: configuration.StreamARN }),
    queue: {
      name,
      start: startOf(configuration.StartingPosition, now),
      ...withAttributes(DEFAULT_ATTRIBUTES, asked),
      tags,
    },
  };
}

function startOf(position: QueueStartingPosition | undefined, now: number): QueueState['start'] {
  const { Type: type, Timestamp: timestampMs } = position ?? { Type: 'LATEST' as const };
  if ((type === 'AT_TIMESTAMP') !== (timestampMs !== undefined)) {
    throw invalidArgument('Timestamp must be provided for a starting position of AT_TIMESTAMP, and for no other.');
  }
  if (timestampMs === undefined) return { type };
  if (timestampMs > now) throw invalidArgument('The starting position lies in the future.');
  return { type, timestampMs: Math.max(0, Math.floor(timestampMs)) };
}

/** Fails if the stream cannot have another queue, or of this name; `known` are the queues of all streams. */
export function requireQueueRoom(
  stream: StreamState,
  name: string,
  known: readonly StreamQueue[],
  context: OperationContext,
): void {
  const { accountId } = context;
  if (stream.status !== 'ACTIVE' && stream.status !== 'UPDATING') throw streamNotActive(stream, context);
  if (stream.mode !== 'ON_DEMAND') {
    throw invalidArgument(
      `Stream ${stream.name} under account ${accountId} is not in ON_DEMAND mode: it can have no queue.`,
    );
  }
  if (known.some(({ queue }) => queue.name === name) || queuesOf(stream).some((queue) => queue.name === name)) {
    throw resourceInUse(`Queue ${name} under account ${accountId} already exists.`);
  }
  if (stream.consumers.length + queuesOf(stream).length >= CONSUMERS_MAX) {
    throw limitExceeded(`Stream ${stream.name} under account ${accountId} has ${CONSUMERS_MAX} consumers already.`);
  }
  requireChangeRoom(known);
}

/** Fails if as many queues are being made or deleted as may be. */
export function requireChangeRoom(known: readonly StreamQueue[]): void {
  if (known.filter(({ queue }) => queue.status !== 'ACTIVE').length < CHANGING_MAX) return;
  throw limitExceeded(`${CHANGING_MAX} queues are being created or deleted already.`);
}
