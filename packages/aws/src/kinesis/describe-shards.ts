import type { TimestampMs } from '@sluice/kernel/ids';
import type { ChildShard, Shard } from './generated/types.ts';
import type { ShardState, StreamState } from './registry/stream-state.ts';
import { isExpired } from './registry/transitions.ts';
import { formatSequenceNumber } from './shards/sequence-number.ts';
import { shardIdOf } from './shards/shard-id.ts';

/** Before the first record. */
const START = -1;

export function sequenceNumberAt({ index, generation }: ShardState, offset: number): string {
  return formatSequenceNumber({ shard: index, generation, offset });
}

/** The shards that have records still, or may. Those that were closed longer ago than records are kept are gone. */
export function keptShards(state: StreamState, now: TimestampMs): readonly ShardState[] {
  return state.shards.filter((shard) => !isExpired(state, shard, now));
}

export function describeShard(shard: ShardState): Shard {
  const { index, startHash, endHash, parent, adjacentParent, closed } = shard;
  return {
    ShardId: shardIdOf(index),
    ...(parent === undefined ? {} : { ParentShardId: shardIdOf(parent) }),
    ...(adjacentParent === undefined ? {} : { AdjacentParentShardId: shardIdOf(adjacentParent) }),
    HashKeyRange: { StartingHashKey: startHash, EndingHashKey: endHash },
    SequenceNumberRange: {
      StartingSequenceNumber: sequenceNumberAt(shard, START),
      ...(closed === undefined ? {} : { EndingSequenceNumber: sequenceNumberAt(shard, closed.endOffset) }),
    },
  };
}

/** The shards that follow a closed one, with all their parents. */
export function childShards(state: StreamState, { index }: ShardState): readonly ChildShard[] {
  return state.shards
    .filter(({ parent, adjacentParent }) => parent === index || adjacentParent === index)
    .map((child) => ({
      ShardId: shardIdOf(child.index),
      ParentShards: [child.parent, child.adjacentParent].flatMap((each) =>
        each === undefined ? [] : [shardIdOf(each)],
      ),
      HashKeyRange: { StartingHashKey: child.startHash, EndingHashKey: child.endHash },
    }));
}
