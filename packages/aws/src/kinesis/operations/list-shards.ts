import type { OperationContext } from '../../front/operation.ts';
import { namedStream } from '../arn.ts';
import { describeShard, keptShards } from '../describe-shards.ts';
import { invalidArgument, resourceInUse, streamNotFound } from '../errors.ts';
import type { KinesisOperations, ListShardsInput, ShardFilter } from '../generated/types.ts';
import { openPage, sealPage } from '../records/page-token.ts';
import type { Seal } from '../records/seal.ts';
import { isOpen, type ShardState, type StreamState } from '../registry/stream-state.ts';
import type { Streams } from '../registry/streams.ts';
import { parseShardId } from '../shards/shard-id.ts';

const OPERATION = 'ListShards';
const LIMIT_DEFAULT = 1_000;
const HOUR_MS = 60 * 60 * 1000;

/** What a page goes on with. */
interface Page {
  readonly stream: string;
  readonly createdAtMs: number;
  readonly after: number;
  readonly filter?: ShardFilter;
}

export function listShards({ streams, seal }: { streams: Streams; seal: Seal }): KinesisOperations['ListShards'] {
  return async (input, context) => {
    const page = await pageOf(seal, input, context);
    const state = await streams.current(page.stream);
    const isOther = (createdAtMs: number | undefined) =>
      createdAtMs !== undefined && state !== undefined && secondsOf(createdAtMs) !== secondsOf(state.createdAtMs);
    if (state === undefined || isOther(page.createdAtMs < 0 ? undefined : page.createdAtMs)) {
      throw streamNotFound(page.stream, context);
    }
    if (isOther(input.StreamCreationTimestamp)) throw streamNotFound(page.stream, context);
    if (state.status === 'CREATING' || state.status === 'DELETING') {
      throw resourceInUse(
        `Stream ${state.name} under account ${context.accountId} is in state ${state.status}: its shards cannot be listed.`,
      );
    }
    const limit = input.MaxResults ?? LIMIT_DEFAULT;
    const all = selectShards(state, page.filter, context.now).filter(({ index }) => index > page.after);
    const shards = all.slice(0, limit);
    const last = shards.at(-1);
    const next = { ...page, createdAtMs: state.createdAtMs, after: last?.index ?? page.after };
    return {
      Shards: shards.map(describeShard),
      ...(all.length > shards.length ? { NextToken: await sealPage(seal, OPERATION, next, context.now) } : {}),
    };
  };
}

async function pageOf(seal: Seal, input: ListShardsInput, context: OperationContext): Promise<Page> {
  const { NextToken, StreamName, StreamARN, ExclusiveStartShardId, ShardFilter, StreamCreationTimestamp } = input;
  if (NextToken !== undefined) {
    if (StreamName !== undefined || StreamCreationTimestamp !== undefined) {
      throw invalidArgument('NextToken and StreamName cannot be provided together.');
    }
    if (ExclusiveStartShardId !== undefined) {
      throw invalidArgument('NextToken and ExclusiveStartShardId cannot be provided together.');
    }
    return (await openPage(seal, OPERATION, NextToken, context.now)) as Page;
  }
  if (StreamName === undefined && StreamARN === undefined) {
    throw invalidArgument('Either NextToken or StreamName should be provided.');
  }
  const after = ExclusiveStartShardId === undefined ? -1 : requireIndex(ExclusiveStartShardId);
  requireFilter(ShardFilter);
  return {
    stream: namedStream(input),
    createdAtMs: -1,
    after,
    ...(ShardFilter === undefined ? {} : { filter: ShardFilter }),
  };
}

function requireFilter(filter: ShardFilter | undefined): void {
  if (filter === undefined) return;
  const { Type, ShardId, Timestamp } = filter;
  const wantsTime = Type === 'AT_TIMESTAMP' || Type === 'FROM_TIMESTAMP';
  if (wantsTime && Timestamp === undefined)
    throw invalidArgument(`Timestamp must be provided for ShardFilter ${Type}.`);
  if (!wantsTime && Timestamp !== undefined) {
    throw invalidArgument(`Timestamp must not be provided for ShardFilter ${Type}.`);
  }
  if (Type === 'AFTER_SHARD_ID' && ShardId === undefined) {
    throw invalidArgument('ShardId must be provided for ShardFilter AFTER_SHARD_ID.');
  }
  if (Type !== 'AFTER_SHARD_ID' && ShardId !== undefined) {
    throw invalidArgument(`ShardId must not be provided for ShardFilter ${Type}.`);
  }
}

/** Which shards a filter means, by index. */
export function selectShards(state: StreamState, filter: ShardFilter | undefined, now: number): readonly ShardState[] {
  const kept = keptShards(state, now);
  const horizonMs = now - state.retentionHours * HOUR_MS;
  switch (filter?.Type) {
    case undefined:
    case 'FROM_TRIM_HORIZON':
      return kept;
    case 'AFTER_SHARD_ID': {
      const after = requireIndex(filter?.ShardId ?? '');
      return kept.filter(({ index }) => index > after);
    }
    case 'AT_LATEST':
      return kept.filter(isOpen);
    case 'AT_TRIM_HORIZON':
      return kept.filter((shard) => wasOpenAt(shard, Math.max(horizonMs, state.createdAtMs)));
    case 'AT_TIMESTAMP':
      return kept.filter((shard) => wasOpenAt(shard, Math.max(filter?.Timestamp ?? 0, horizonMs, state.createdAtMs)));
    case 'FROM_TIMESTAMP':
      return kept.filter(({ closed }) => closed === undefined || closed.atMs >= (filter?.Timestamp ?? 0));
  }
}

function wasOpenAt({ openedAtMs, closed }: ShardState, timeMs: number): boolean {
  return openedAtMs <= timeMs && (closed === undefined || closed.atMs > timeMs);
}

function requireIndex(shardId: string): number {
  const index = parseShardId(shardId);
  if (index === undefined) throw invalidArgument(`ShardId ${shardId} is not valid.`);
  return index;
}

const secondsOf = (timeMs: number) => Math.floor(timeMs / 1000);
