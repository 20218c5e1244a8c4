import type { OperationContext } from '../front/operation.ts';
import { type NamedConsumer, parseResourceArn } from './arn.ts';
import { resourceNotFound, streamNotFound } from './errors.ts';
import type { ConsumerState, StreamState } from './registry/stream-state.ts';
import type { Streams } from './registry/streams.ts';

/** What an ARN names: a stream, or one of its consumers. */
export interface Resource {
  readonly state: StreamState;
  readonly consumer: ConsumerState | undefined;
}

export async function requireResource(streams: Streams, arn: string, context: OperationContext): Promise<Resource> {
  const { stream } = parseResourceArn(arn);
  return resourceIn(await streams.current(stream), arn, context);
}

/** Changes the resource's stream; `change` gives undefined to leave it as it is. */
export async function changeResource(
  streams: Streams,
  arn: string,
  context: OperationContext,
  change: (resource: Resource) => StreamState | undefined,
): Promise<void> {
  const { stream } = parseResourceArn(arn);
  await streams.current(stream);
  await streams.change(stream, (current) => change(resourceIn(current, arn, context)));
}

function resourceIn(state: StreamState | undefined, arn: string, context: OperationContext): Resource {
  const { stream, consumer: named } = parseResourceArn(arn);
  if (state === undefined) throw streamNotFound(stream, context);
  if (named === undefined) return { state, consumer: undefined };
  const consumer = consumerOf(state, named);
  if (consumer === undefined) throw resourceNotFound(`Consumer ${arn} not found.`);
  return { state, consumer };
}

export function consumerOf(state: StreamState, named: NamedConsumer): ConsumerState | undefined {
  return state.consumers.find(
    ({ name, createdAtMs }) =>
      name === named.consumer &&
      (named.createdAtSeconds === undefined || named.createdAtSeconds === Math.floor(createdAtMs / 1000)),
  );
}

/** The stream with one of its consumers changed. */
export function withConsumer(state: StreamState, changed: ConsumerState): StreamState {
  return { ...state, consumers: state.consumers.map((each) => (each.name === changed.name ? changed : each)) };
}
