import type { Random } from '@sluice/kernel/random';
import { invalidArgument, validationFailed } from './errors.ts';
import { hashKeyFor, type PutEntry } from './records/record-mapping.ts';
import type { StreamState } from './registry/stream-state.ts';

const KIB = 1024;
const HASH_KEY_SIZE_BYTES = 16;

export interface PutInput {
  readonly Data: Buffer;
  readonly PartitionKey?: string;
  readonly ExplicitHashKey?: string;
}

/** A record as it will be put. Fails for what the model cannot rule out. */
export function putEntryOf(input: PutInput, state: StreamState, random: Random): PutEntry {
  const { Data: data, PartitionKey: partitionKey, ExplicitHashKey: explicitHashKey } = input;
  if (partitionKey === undefined && state.distribution === 'USER_PARTITION_KEY') {
    throw validationFailed(
      "1 validation error detected: Value null at 'partitionKey' failed to satisfy constraint: Member must not be null",
    );
  }
  const sizeBytesMax = state.maxRecordSizeKiB * KIB;
  if (sizeBytesOf(input) > sizeBytesMax) {
    throw validationFailed(
      `1 validation error detected: Value at 'data' failed to satisfy constraint: Member must have length less than or equal to ${sizeBytesMax}`,
    );
  }
  const hashKey = hashKeyFor(partitionKey, explicitHashKey, () => random.bytes(HASH_KEY_SIZE_BYTES).toString('hex'));
  if (hashKey === undefined) {
    throw invalidArgument(
      'Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. ' +
        `Specified value was ${explicitHashKey}`,
    );
  }
  return { data, partitionKey, explicitHashKey, hashKey };
}

/** What counts towards limits: the data and the partition key. */
export function sizeBytesOf({ Data, PartitionKey }: PutInput): number {
  return Data.length + (PartitionKey === undefined ? 0 : Buffer.byteLength(PartitionKey));
}
