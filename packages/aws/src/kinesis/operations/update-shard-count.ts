import { streamArn } from '../arn.ts';
import { invalidArgument, limitExceeded } from '../errors.ts';
import { requireActive, requireStream } from '../find-stream.ts';
import type { KinesisOperations } from '../generated/types.ts';
import { openShards } from '../registry/stream-state.ts';
import { updating } from '../registry/transitions.ts';
import { nextRound } from '../shards/reshard.ts';
import { requireShardRoom } from '../stream-limits.ts';
import type { ReshardNeeds } from './split-shard.ts';

/** By splits and merges, round by round, until the shards are even. */
export function updateShardCount(needs: ReshardNeeds): KinesisOperations['UpdateShardCount'] {
  const { clock, registry, streams, carryOn, settings } = needs;
  return async (input, context) => {
    const { name } = await requireStream(streams, input, context);
    const target = input.TargetShardCount;
    let count = 0;
    await streams.change(name, (current) => {
      const state = requireActive(name, current, context);
      if (state.mode === 'ON_DEMAND') {
        throw invalidArgument(`Stream ${name} is in ON_DEMAND mode: its shards follow its load.`);
      }
      count = openShards(state).length;
      if (target > 2 * count) {
        throw limitExceeded(
          `UpdateShardCount cannot scale up over double your current open shard count. ` +
            `Current open shard count: ${count} Target shard count: ${target}`,
        );
      }
      if (target < count / 2) {
        throw limitExceeded(
          `UpdateShardCount cannot scale down below half your current open shard count. ` +
            `Current open shard count: ${count} Target shard count: ${target}`,
        );
      }
      requireShardRoom(streams.known(), Math.max(0, target - count), settings.shardLimit, context);
      const round = nextRound(state, target);
      return round.length === 0 ? undefined : updating(state, round, registry.door, clock.now(), target);
    });
    carryOn.wake();
    return {
      StreamName: name,
      StreamARN: streamArn(name, context),
      CurrentShardCount: count,
      TargetShardCount: target,
    };
  };
}
