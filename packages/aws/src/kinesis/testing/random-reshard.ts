import type { MergeShardsInput, Shard, SplitShardInput, UpdateShardCountInput } from '../generated/types.ts';

/** A request that changes a stream's shards. */
export type Reshard =
  | { readonly operation: 'SplitShard'; readonly input: SplitShardInput }
  | { readonly operation: 'MergeShards'; readonly input: MergeShardsInput }
  | { readonly operation: 'UpdateShardCount'; readonly input: UpdateShardCountInput };

/** Splits one of the open shards in the middle, merges it with the one behind it, if there is one, or scales them all. */
export function randomReshard(
  StreamName: string,
  open: readonly Shard[],
  below: (bound: number) => number,
): Reshard | undefined {
  const one = open[below(open.length)];
  if (one === undefined) return undefined;
  const start = BigInt(one.HashKeyRange.StartingHashKey);
  const end = BigInt(one.HashKeyRange.EndingHashKey);
  const kind = below(3);
  if (kind === 0) {
    const NewStartingHashKey = String((start + end) / 2n + 1n);
    return { operation: 'SplitShard', input: { StreamName, ShardToSplit: one.ShardId, NewStartingHashKey } };
  }
  if (kind === 1) {
    const after = open.find(({ HashKeyRange }) => BigInt(HashKeyRange.StartingHashKey) === end + 1n);
    if (after === undefined) return undefined;
    const pair = { ShardToMerge: one.ShardId, AdjacentShardToMerge: after.ShardId };
    return { operation: 'MergeShards', input: { StreamName, ...pair } };
  }
  const TargetShardCount = Math.max(1, Math.ceil(open.length / 2) + below(open.length));
  return { operation: 'UpdateShardCount', input: { StreamName, TargetShardCount, ScalingType: 'UNIFORM_SCALING' } };
}
