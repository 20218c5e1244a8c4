import { assert } from '@sluice/kernel/assert';
import type { Offset, TimestampMs, Uuid } from '@sluice/kernel/ids';
import { firstShards, generationAt, nextRound } from '../shards/reshard.ts';
import {
  RECORD_SIZE_KIB_DEFAULT,
  RETENTION_HOURS_MIN,
  type Replacement,
  type ShardState,
  type StreamMode,
  type StreamState,
} from './stream-state.ts';

const HOUR_MS = 60 * 60 * 1000;

export interface NewStream {
  readonly name: string;
  readonly shardCount: number;
  readonly mode: StreamMode;
  readonly tags?: Readonly<Record<string, string>>;
  readonly maxRecordSizeKiB?: number;
  readonly warmThroughputMiBps?: number | null;
  readonly distribution?: StreamState['distribution'];
}

/** A stream whose topic is still to be made. Its shards are known already, but nothing can be put there. */
export function createdStream(stream: NewStream, by: string, now: TimestampMs): StreamState {
  return {
    name: stream.name,
    status: 'CREATING',
    createdAtMs: now,
    topicId: null,
    isOwnTopic: true,
    mode: stream.mode,
    retentionHours: RETENTION_HOURS_MIN,
    shards: firstShards(stream.shardCount, now),
    nextShard: stream.shardCount,
    change: { sinceMs: now, by, step: 'preparing', replaced: [] },
    tags: stream.tags ?? {},
    consumers: [],
    policy: null,
    consumerPolicies: {},
    encryptionKeyId: null,
    metrics: [],
    maxRecordSizeKiB: stream.maxRecordSizeKiB ?? RECORD_SIZE_KIB_DEFAULT,
    warmThroughputMiBps: stream.warmThroughputMiBps ?? null,
    distribution: stream.distribution ?? 'USER_PARTITION_KEY',
    modeChangesMs: [],
  };
}

/** A topic that no door made, as the stream that it is from now on. */
export function adoptedStream(
  { name, topicId, partitionCount }: { readonly name: string; readonly topicId: Uuid; readonly partitionCount: number },
  by: string,
  now: TimestampMs,
): StreamState {
  const made = createdStream({ name, shardCount: partitionCount, mode: 'PROVISIONED' }, by, now);
  return { ...made, status: 'ACTIVE', topicId, isOwnTopic: false, change: null };
}

export function activated(state: StreamState, topicId: Uuid): StreamState {
  return { ...state, status: 'ACTIVE', topicId, change: null };
}

export function updating(
  state: StreamState,
  replaced: readonly Replacement[],
  by: string,
  now: TimestampMs,
  targetCount?: number,
): StreamState {
  const change = { sinceMs: now, by, step: 'preparing' as const, replaced };
  return { ...state, status: 'UPDATING', change: targetCount === undefined ? change : { ...change, targetCount } };
}

export function closing(state: StreamState): StreamState {
  assert(state.change !== null, 'what closes is under way');
  return { ...state, change: { ...state.change, step: 'closing' } };
}

export function deleting(state: StreamState, by: string, now: TimestampMs): StreamState {
  return { ...state, status: 'DELETING', change: { sinceMs: now, by, step: 'preparing', replaced: [] } };
}

/** How many partitions the topic needs for the round that is under way. */
export function partitionCountFor(state: StreamState): number {
  const opened = state.change?.replaced.reduce((sum, { children }) => sum + children.length, 0) ?? 0;
  return state.nextShard + opened;
}

/** Parents end at their offsets, children open; the next round begins, or the stream is ACTIVE again. */
export function reshaped(state: StreamState, endOffsets: ReadonlyMap<number, Offset>, now: TimestampMs): StreamState {
  const { change } = state;
  assert(change !== null, 'what is reshaped is under way');
  const byIndex = new Map(state.shards.map((shard) => [shard.index, shard]));
  let nextShard = state.nextShard;
  const opened: ShardState[] = [];
  for (const { parents, children } of change.replaced) {
    let generation = generationAt(now);
    for (const parent of parents) {
      const shard = byIndex.get(parent);
      const endOffset = endOffsets.get(parent);
      assert(shard !== undefined && endOffset !== undefined, 'parents are there, and their ends known');
      byIndex.set(parent, { ...shard, closed: { endOffset, atMs: now } });
      generation = Math.max(generation, shard.generation + 1);
    }
    const [parent, adjacentParent] = parents;
    for (const range of children) {
      opened.push({
        index: nextShard++,
        generation,
        ...range,
        ...(parent === undefined ? {} : { parent }),
        ...(adjacentParent === undefined ? {} : { adjacentParent }),
        openedAtMs: now,
      });
    }
  }
  const kept = [...byIndex.values()].filter((shard) => !isExpired(state, shard, now));
  const next = { ...state, shards: [...kept, ...opened], nextShard };
  const rest = change.targetCount === undefined ? [] : nextRound(next, change.targetCount);
  if (rest.length > 0) return { ...next, change: { ...change, step: 'preparing', replaced: rest } };
  return { ...next, status: 'ACTIVE', change: null };
}

/** Whether the shard was closed for so long that none of its records is kept. */
export function isExpired(state: StreamState, { closed }: ShardState, now: TimestampMs): boolean {
  return closed !== undefined && closed.atMs + state.retentionHours * HOUR_MS < now;
}
