import type { OperationContext } from '../front/operation.ts';
import { streamNotFound } from './errors.ts';
import { requireActive, requireStream, type StreamReference } from './find-stream.ts';
import type { StreamState } from './registry/stream-state.ts';
import type { Streams } from './registry/streams.ts';

/** Changes what the registry says of an ACTIVE stream. `change` gives undefined to leave it as it is. */
export async function changeActive(
  streams: Streams,
  reference: StreamReference,
  context: OperationContext,
  change: (state: StreamState) => StreamState | undefined,
): Promise<StreamState> {
  const { name } = await requireStream(streams, reference, context);
  const changed = await streams.change(name, (current) => change(requireActive(name, current, context)));
  if (changed === undefined) throw streamNotFound(name, context);
  return changed;
}

/** As `changeActive`, for what may change while the stream is made or resharded. */
export async function changeAny(
  streams: Streams,
  reference: StreamReference,
  context: OperationContext,
  change: (state: StreamState) => StreamState | undefined,
): Promise<StreamState> {
  const { name } = await requireStream(streams, reference, context);
  const changed = await streams.change(name, (current) => {
    if (current === undefined) throw streamNotFound(name, context);
    return change(current);
  });
  if (changed === undefined) throw streamNotFound(name, context);
  return changed;
}
