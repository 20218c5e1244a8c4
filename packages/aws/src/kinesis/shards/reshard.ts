import type { TimestampMs } from '@sluice/kernel/ids';
import type { Replacement, ShardState, StreamState } from '../registry/stream-state.ts';
import { openShards } from '../registry/stream-state.ts';
import { evenStarts, HASH_KEY_COUNT } from './hash-key.ts';

interface Range {
  readonly index: number;
  readonly start: bigint;
  readonly end: bigint;
}

/** The first shards of a stream: even ranges, no parents. */
export function firstShards(count: number, now: TimestampMs): readonly ShardState[] {
  const starts = evenStarts(count);
  return starts.map((start, index) => ({
    index,
    generation: generationAt(now),
    startHash: start.toString(),
    endHash: ((starts[index + 1] ?? HASH_KEY_COUNT) - 1n).toString(),
    openedAtMs: now,
  }));
}

export function generationAt(now: TimestampMs): number {
  return Math.floor(now / 1000);
}

export function splitAt(shard: ShardState, at: bigint): Replacement {
  return {
    parents: [shard.index],
    children: [
      { startHash: shard.startHash, endHash: (at - 1n).toString() },
      { startHash: at.toString(), endHash: shard.endHash },
    ],
  };
}

/** Of two shards whose ranges lie side by side; the lower one is the parent, the other the adjacent one. */
export function mergeOf(lower: ShardState, upper: ShardState): Replacement {
  return {
    parents: [lower.index, upper.index],
    children: [{ startHash: lower.startHash, endHash: upper.endHash }],
  };
}

/**
 * The next round on the way to `targetCount` even shards, empty when there. Every shard is split in two at most, or merged
 * with its neighbour, so that each child has two parents at most, as the service's shards have.
 */
export function nextRound(state: StreamState, targetCount: number): readonly Replacement[] {
  const starts = evenStarts(targetCount);
  const open = openShards(state)
    .map((shard) => ({ index: shard.index, start: BigInt(shard.startHash), end: BigInt(shard.endHash), shard }))
    .sort((a, b) => (a.start < b.start ? -1 : 1));
  const splits = open.flatMap((range) => {
    const inside = startsInside(starts, range);
    const middle = inside[inside.length >> 1];
    return middle === undefined ? [] : [splitAt(range.shard, middle)];
  });
  if (splits.length > 0) return splits;
  const isBoundary = new Set(starts);
  const merges: Replacement[] = [];
  for (let at = 0; at + 1 < open.length; at++) {
    const [lower, upper] = [open[at], open[at + 1]];
    if (lower === undefined || upper === undefined || isBoundary.has(upper.start)) continue;
    merges.push(mergeOf(lower.shard, upper.shard));
    at++;
  }
  return merges;
}

function startsInside(starts: readonly bigint[], { start, end }: Range): bigint[] {
  return starts.filter((each) => each > start && each <= end);
}
