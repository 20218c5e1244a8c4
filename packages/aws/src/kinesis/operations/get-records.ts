import type { OperationContext } from '../../front/operation.ts';
import { namedStream } from '../arn.ts';
import { childShards } from '../describe-shards.ts';
import { dryRun, invalidArgument, shardDoesNotExist } from '../errors.ts';
import { requireServingShard } from '../find-stream.ts';
import type { GetRecordsInput, KinesisOperations } from '../generated/types.ts';
import { READ_RECORDS_MAX, type ShardReader } from '../records/read-shard.ts';
import { kinesisRecordOf } from '../records/record-mapping.ts';
import type { Seal } from '../records/seal.ts';
import { openIterator, type ShardIterator, sealIterator } from '../records/shard-iterator.ts';
import type { Streams } from '../registry/streams.ts';
import { sequenceNumbersOf } from '../shards/sequence-number.ts';
import { shardIdOf } from '../shards/shard-id.ts';
import type { Throttle } from '../throttle.ts';

export interface GetRecordsNeeds {
  readonly streams: Streams;
  readonly reader: ShardReader;
  readonly seal: Seal;
  readonly throttle: Throttle;
}

export function getRecords({ streams, reader, seal, throttle }: GetRecordsNeeds): KinesisOperations['GetRecords'] {
  return async (input, context) => {
    const iterator = await openIterator(seal, input.ShardIterator, context.now);
    requireSameStream(input, iterator);
    const gone = () => shardDoesNotExist(shardIdOf(iterator.shard), iterator.stream, context);
    const shardId = shardIdOf(iterator.shard);
    const { state, shard } = await requireServingShard(streams, iterator.stream, shardId, context);
    if (shard.generation !== iterator.generation) throw gone();
    if (input.DryRun === true) throw dryRun();
    const refusal = throttle.takeRead(state, shard, context);
    if (refusal !== undefined) throw refusal;
    const slice = await reader.read(state, shard, iterator.offset, input.Limit ?? READ_RECORDS_MAX, context.now);
    if (slice === undefined) throw gone();
    const number = sequenceNumbersOf({ shard: shard.index, generation: shard.generation });
    const isEncrypted = slice.state.encryptionKeyId !== null;
    const records = slice.records.map((record) => kinesisRecordOf(record, number, isEncrypted));
    throttle.payRead(
      state,
      shard,
      records.reduce((sum, { Data }) => sum + Data.length, 0),
    );
    return {
      Records: records,
      MillisBehindLatest: slice.millisBehindLatest,
      ...(slice.isAtEnd
        ? { ChildShards: childShards(slice.state, slice.shard) }
        : { NextShardIterator: await next(iterator, slice.nextOffset, context) }),
    };
  };

  function next(iterator: ShardIterator, offset: number, { now }: OperationContext): Promise<string> {
    return sealIterator(seal, { ...iterator, offset, createdAtMs: now });
  }
}

function requireSameStream({ StreamARN }: GetRecordsInput, { stream }: ShardIterator): void {
  if (StreamARN !== undefined && namedStream({ StreamARN }) !== stream) {
    throw invalidArgument(`StreamARN ${StreamARN} and ShardIterator do not belong to the same stream.`);
  }
}
