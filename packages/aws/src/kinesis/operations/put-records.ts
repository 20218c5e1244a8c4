import type { AwsError } from '../../front/aws-error.ts';
import { namedStream } from '../arn.ts';
import { dryRun, internalFailure, invalidArgument, streamNotFound } from '../errors.ts';
import { requireServing } from '../find-stream.ts';
import type { KinesisOperations, PutRecordsResultEntry } from '../generated/types.ts';
import { putEntryOf, sizeBytesOf } from '../put-input.ts';
import { type PutOutcome, StreamGoneError } from '../records/put-records.ts';
import type { PutEntry } from '../records/record-mapping.ts';
import type { ShardState } from '../registry/stream-state.ts';
import { routerOf } from '../shards/router.ts';
import { sequenceNumbersOf } from '../shards/sequence-number.ts';
import { shardIdOf } from '../shards/shard-id.ts';
import type { PutRecordNeeds } from './put-record.ts';

const REQUEST_SIZE_BYTES_MAX = 10 * 1024 * 1024;

export function putRecords(needs: PutRecordNeeds): KinesisOperations['PutRecords'] {
  const { streams, putter, throttle, random } = needs;
  return async (input, context) => {
    const name = namedStream(input);
    const state = await requireServing(streams, name, context);
    const sizesBytes = input.Records.map(sizeBytesOf);
    if (sizesBytes.reduce((sum, sizeBytes) => sum + sizeBytes, 0) > REQUEST_SIZE_BYTES_MAX) {
      throw invalidArgument(`Records size exceeds ${REQUEST_SIZE_BYTES_MAX / 1024 / 1024} MB limit`);
    }
    const entries = input.Records.map((record) => putEntryOf(record, state, random));
    if (input.DryRun === true) throw dryRun();

    const refusals = new Map<number, AwsError>();
    const admitted: number[] = [];
    const router = routerOf(state);
    for (const [index, entry] of entries.entries()) {
      const shard = router(entry.hashKey);
      const refusal = shard && throttle.takeWrite(state, shard, sizesBytes[index] ?? 0, context);
      if (refusal === undefined) admitted.push(index);
      else refusals.set(index, refusal);
    }
    const outcomes = await putter.put(state, chosen(entries, admitted)).catch((error: unknown) => {
      throw error instanceof StreamGoneError ? streamNotFound(name, context) : error;
    });
    const results = new Array<PutRecordsResultEntry>(entries.length);
    const toResult = resultWriter();
    for (const [at, index] of admitted.entries()) results[index] = toResult(outcomes[at]);
    for (const [index, refusal] of refusals) results[index] = failure(refusal);
    return {
      FailedRecordCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length,
      Records: results,
      EncryptionType: state.encryptionKeyId === null ? 'NONE' : 'KMS',
    };
  };
}

function chosen(entries: readonly PutEntry[], indexes: readonly number[]): readonly PutEntry[] {
  return indexes.length === entries.length ? entries : indexes.flatMap((index) => entries[index] ?? []);
}

/** What all records of a shard have in common is worked out once. */
function resultWriter(): (outcome: PutOutcome | undefined) => PutRecordsResultEntry {
  const byShard = new Map<ShardState, { id: string; number: (offset: number) => string }>();
  return (outcome) => {
    if (outcome?.kind !== 'put') return failure(internalFailure(`The record could not be written: ${outcome?.error}`));
    const { shard, offset } = outcome;
    let common = byShard.get(shard);
    if (common === undefined) {
      common = {
        id: shardIdOf(shard.index),
        number: sequenceNumbersOf({ shard: shard.index, generation: shard.generation }),
      };
      byShard.set(shard, common);
    }
    return { SequenceNumber: common.number(offset), ShardId: common.id };
  };
}

/** Here the service says `InternalFailure`, elsewhere `InternalFailureException`. */
function failure({ type, message }: AwsError): PutRecordsResultEntry {
  return { ErrorCode: type === 'InternalFailureException' ? 'InternalFailure' : type, ErrorMessage: message };
}
