import { invalidArgument, resourceInUse } from '../errors.ts';
import { requireActive, requireShard, requireStream } from '../find-stream.ts';
import type { KinesisOperations } from '../generated/types.ts';
import { isOpen } from '../registry/stream-state.ts';
import { updating } from '../registry/transitions.ts';
import { mergeOf } from '../shards/reshard.ts';
import { shardIdOf } from '../shards/shard-id.ts';
import type { ReshardNeeds } from './split-shard.ts';

export function mergeShards(needs: Omit<ReshardNeeds, 'settings'>): KinesisOperations['MergeShards'] {
  const { clock, registry, streams, carryOn } = needs;
  return async (input, context) => {
    const { name } = await requireStream(streams, input, context);
    await streams.change(name, (current) => {
      const state = requireActive(name, current, context);
      const one = requireShard(state, input.ShardToMerge, context);
      const other = requireShard(state, input.AdjacentShardToMerge, context);
      const where = `Shards ${shardIdOf(one.index)} and ${shardIdOf(other.index)} in stream ${name} under account ${context.accountId}`;
      if (!isOpen(one) || !isOpen(other)) throw resourceInUse(`${where} cannot be merged: one of them is closed.`);
      const [lower, upper] = BigInt(one.startHash) < BigInt(other.startHash) ? [one, other] : [other, one];
      if (BigInt(lower.endHash) + 1n !== BigInt(upper.startHash)) {
        throw invalidArgument(`${where} are not an adjacent pair of shards eligible for merging`);
      }
      return updating(state, [mergeOf(lower, upper)], registry.door, clock.now());
    });
    carryOn.wake();
  };
}
