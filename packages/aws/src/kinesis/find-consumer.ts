import type { OperationContext } from '../front/operation.ts';
import { type NamedConsumer, namedStream, parseConsumerArn } from './arn.ts';
import { invalidArgument, resourceNotFound, streamNotFound } from './errors.ts';
import type { ConsumerState, StreamState } from './registry/stream-state.ts';
import { consumerOf } from './resource.ts';

export interface ConsumerReference {
  readonly StreamARN?: string;
  readonly ConsumerName?: string;
  readonly ConsumerARN?: string;
}

/** The consumer that a request names: by its ARN, or by its stream's and its name. */
export function namedConsumer({ StreamARN, ConsumerName, ConsumerARN }: ConsumerReference): NamedConsumer {
  if (ConsumerARN !== undefined) {
    const named = parseConsumerArn(ConsumerARN);
    const agrees =
      (ConsumerName === undefined || ConsumerName === named.consumer) &&
      (StreamARN === undefined || namedStream({ StreamARN }) === named.stream);
    if (!agrees) throw invalidArgument('ConsumerARN, StreamARN and ConsumerName do not name the same consumer.');
    return named;
  }
  if (StreamARN === undefined || ConsumerName === undefined) {
    throw invalidArgument('Either ConsumerARN, or StreamARN and ConsumerName must be provided.');
  }
  return { stream: namedStream({ StreamARN }), consumer: ConsumerName };
}

export function requireConsumer(
  state: StreamState | undefined,
  named: NamedConsumer,
  context: OperationContext,
): { readonly state: StreamState; readonly consumer: ConsumerState } {
  if (state === undefined) throw streamNotFound(named.stream, context);
  const consumer = consumerOf(state, named);
  if (consumer === undefined) {
    throw resourceNotFound(
      `Consumer ${named.consumer} of stream ${named.stream} under account ${context.accountId} not found.`,
    );
  }
  return { state, consumer };
}
