import type { OperationContext } from '../front/operation.ts';
import { namedStream } from './arn.ts';
import { shardNotFound, streamNotActive, streamNotFound } from './errors.ts';
import type { ShardState, StreamState } from './registry/stream-state.ts';
import { shardOf } from './registry/stream-state.ts';
import type { Streams } from './registry/streams.ts';
import { isExpired } from './registry/transitions.ts';
import { parseShardId } from './shards/shard-id.ts';

export interface StreamReference {
  readonly StreamName?: string;
  readonly StreamARN?: string;
}

/** The stream that a request names, as of now. */
export async function requireStream(
  streams: Streams,
  reference: StreamReference,
  context: OperationContext,
): Promise<StreamState> {
  const name = namedStream(reference);
  const state = await streams.current(name);
  if (state === undefined) throw streamNotFound(name, context);
  return state;
}

/** The stream that records are put to or read from: it has shards, and they are not about to go. */
export async function requireServing(streams: Streams, name: string, context: OperationContext): Promise<StreamState> {
  const state = await streams.find(name);
  if (isServing(state)) return state;
  // What is known may be a second old: another door may have made it meanwhile.
  const current = await streams.current(name);
  if (!isServing(current)) throw streamNotFound(name, context);
  return current;
}

function isServing(state: StreamState | undefined): state is StreamState {
  return state !== undefined && state.status !== 'CREATING' && state.status !== 'DELETING';
}

/** A shard of a stream that is put to or read from. */
export async function requireServingShard(
  streams: Streams,
  name: string,
  shardId: string,
  context: OperationContext,
): Promise<{ readonly state: StreamState; readonly shard: ShardState }> {
  const known = await requireServing(streams, name, context);
  const index = parseShardId(shardId);
  // A child that another door has opened meanwhile.
  const isKnown = index !== undefined && shardOf(known, index) !== undefined;
  if (!isKnown) await streams.confirm();
  const state = isKnown ? known : await requireServing(streams, name, context);
  return { state, shard: requireShard(state, shardId, context) };
}

/** For what changes a stream: no other change is under way. */
export function requireActive(name: string, state: StreamState | undefined, context: OperationContext): StreamState {
  if (state === undefined) throw streamNotFound(name, context);
  if (state.status !== 'ACTIVE') throw streamNotActive(state, context);
  return state;
}

export function requireShard(state: StreamState, shardId: string, context: OperationContext): ShardState {
  const index = parseShardId(shardId);
  const shard = index === undefined ? undefined : shardOf(state, index);
  if (shard === undefined || isExpired(state, shard, context.now)) throw shardNotFound(shardId, state.name, context);
  return shard;
}
