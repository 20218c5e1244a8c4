import type { Random } from '@sluice/kernel/random';
import { namedStream } from '../arn.ts';
import { sequenceNumberAt } from '../describe-shards.ts';
import { dryRun, internalFailure, invalidArgument, streamNotFound } from '../errors.ts';
import { requireServing } from '../find-stream.ts';
import type { KinesisOperations } from '../generated/types.ts';
import { putEntryOf, sizeBytesOf } from '../put-input.ts';
import { type Putter, StreamGoneError } from '../records/put-records.ts';
import type { Streams } from '../registry/streams.ts';
import { routerOf } from '../shards/router.ts';
import { parseSequenceNumber } from '../shards/sequence-number.ts';
import { shardIdOf } from '../shards/shard-id.ts';
import type { Throttle } from '../throttle.ts';

export interface PutRecordNeeds {
  readonly streams: Streams;
  readonly putter: Putter;
  readonly throttle: Throttle;
  readonly random: Random;
}

export function putRecord({ streams, putter, throttle, random }: PutRecordNeeds): KinesisOperations['PutRecord'] {
  return async (input, context) => {
    const name = namedStream(input);
    const state = await requireServing(streams, name, context);
    const entry = putEntryOf(input, state, random);
    // Records of one caller are in order as it is; the number only has to be one.
    const ordering = input.SequenceNumberForOrdering;
    if (ordering !== undefined && parseSequenceNumber(ordering) === undefined) {
      throw invalidArgument(
        `ExclusiveMinimumSequenceNumber ${ordering} used in PutRecord on stream ${name} ` +
          `under account ${context.accountId} is invalid.`,
      );
    }
    if (input.DryRun === true) throw dryRun();
    const shard = routerOf(state)(entry.hashKey);
    if (shard !== undefined) {
      const refusal = throttle.takeWrite(state, shard, sizeBytesOf(input), context);
      if (refusal !== undefined) throw refusal;
    }
    const [outcome] = await putter.put(state, [entry]).catch((error: unknown) => {
      throw error instanceof StreamGoneError ? streamNotFound(name, context) : error;
    });
    if (outcome?.kind !== 'put') throw internalFailure(`The record could not be written: ${outcome?.error}`);
    return {
      ShardId: shardIdOf(outcome.shard.index),
      SequenceNumber: sequenceNumberAt(outcome.shard, outcome.offset),
      EncryptionType: state.encryptionKeyId === null ? 'NONE' : 'KMS',
    };
  };
}
