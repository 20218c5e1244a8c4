import { namedStream } from '../arn.ts';
import { dryRun } from '../errors.ts';
import { requireServingShard } from '../find-stream.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { ShardReader } from '../records/read-shard.ts';
import type { Seal } from '../records/seal.ts';
import { sealIterator } from '../records/shard-iterator.ts';
import type { Streams } from '../registry/streams.ts';
import { startOffset } from '../start-position.ts';
import type { Throttle } from '../throttle.ts';

export interface GetShardIteratorNeeds {
  readonly streams: Streams;
  readonly reader: ShardReader;
  readonly seal: Seal;
  readonly throttle: Throttle;
}

export function getShardIterator(needs: GetShardIteratorNeeds): KinesisOperations['GetShardIterator'] {
  const { streams, reader, seal, throttle } = needs;
  return async (input, context) => {
    const { state, shard } = await requireServingShard(streams, namedStream(input), input.ShardId, context);
    const refusal = throttle.takeIterator(state, shard, context);
    if (refusal !== undefined) throw refusal;
    const start = {
      type: input.ShardIteratorType,
      sequenceNumber: input.StartingSequenceNumber,
      timestampMs: input.Timestamp,
    };
    const offset = await startOffset(reader, state, shard, start, context);
    if (input.DryRun === true) throw dryRun();
    const position = { stream: state.name, shard: shard.index, generation: shard.generation, offset };
    return { ShardIterator: await sealIterator(seal, { ...position, createdAtMs: context.now }) };
  };
}
