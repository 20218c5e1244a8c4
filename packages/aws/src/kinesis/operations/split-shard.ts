import type { Clock } from '@sluice/kernel/clock';
import { invalidArgument, resourceInUse } from '../errors.ts';
import { requireActive, requireShard, requireStream } from '../find-stream.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { CarryOn } from '../registry/carry-on.ts';
import type { Registry } from '../registry/registry.ts';
import { isOpen } from '../registry/stream-state.ts';
import type { Streams } from '../registry/streams.ts';
import { updating } from '../registry/transitions.ts';
import type { KinesisSettings } from '../settings.ts';
import { splitAt } from '../shards/reshard.ts';
import { shardIdOf } from '../shards/shard-id.ts';
import { requireShardRoom } from '../stream-limits.ts';

export interface ReshardNeeds {
  readonly clock: Clock;
  readonly registry: Registry;
  readonly streams: Streams;
  readonly carryOn: CarryOn;
  readonly settings: KinesisSettings;
}

export function splitShard(needs: ReshardNeeds): KinesisOperations['SplitShard'] {
  const { clock, registry, streams, carryOn, settings } = needs;
  return async (input, context) => {
    const { name } = await requireStream(streams, input, context);
    const at = BigInt(input.NewStartingHashKey);
    await streams.change(name, (current) => {
      const state = requireActive(name, current, context);
      const shard = requireShard(state, input.ShardToSplit, context);
      const { startHash, endHash } = shard;
      const where = `on shard ${shardIdOf(shard.index)} in stream ${name} under account ${context.accountId}`;
      if (!isOpen(shard)) throw resourceInUse(`SplitShard() ${where}: the shard is closed.`);
      if (at <= BigInt(startHash) + 1n || at >= BigInt(endHash)) {
        throw invalidArgument(
          `NewStartingHashKey ${input.NewStartingHashKey} used in SplitShard() ${where} is not both greater than one ` +
            `plus the shard's StartingHashKey ${startHash} and less than the shard's EndingHashKey ${endHash}.`,
        );
      }
      requireShardRoom(streams.known(), 1, settings.shardLimit, context);
      return updating(state, [splitAt(shard, at)], registry.door, clock.now());
    });
    carryOn.wake();
  };
}
