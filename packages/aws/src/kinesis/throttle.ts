import type { Clock } from '@sluice/kernel/clock';
import type { AwsError } from '../front/aws-error.ts';
import type { OperationContext } from '../front/operation.ts';
import { throughputExceeded } from './errors.ts';
import type { ShardState, StreamState } from './registry/stream-state.ts';
import { shardIdOf } from './shards/shard-id.ts';
import {
  ITERATORS_PER_S,
  READ_BYTES_PER_S,
  READS_PER_S,
  WRITE_BYTES_PER_S,
  WRITE_RECORDS_PER_S,
} from './shards/throughput.ts';
import { createTokenBucket, type TokenBucket } from './token-bucket.ts';

/** Shards with buckets; beyond that all begin anew. */
const SHARDS_MAX = 100_000;

/** A shard's throughput, counted in this door. An error is the refusal. */
export interface Throttle {
  takeWrite(state: StreamState, shard: ShardState, sizeBytes: number, context: OperationContext): AwsError | undefined;
  takeRead(state: StreamState, shard: ShardState, context: OperationContext): AwsError | undefined;
  /** For an iterator at the shard. */
  takeIterator(state: StreamState, shard: ShardState, context: OperationContext): AwsError | undefined;
  /** What a read brought is paid for afterwards, by the reads that follow. */
  payRead(state: StreamState, shard: ShardState, sizeBytes: number): void;
}

interface Buckets {
  readonly writeBytes: TokenBucket;
  readonly writeRecords: TokenBucket;
  readonly readBytes: TokenBucket;
  readonly reads: TokenBucket;
  readonly iterators: TokenBucket;
}

export const noThrottle: Throttle = {
  takeWrite: () => undefined,
  takeRead: () => undefined,
  takeIterator: () => undefined,
  payRead() {},
};

export function createThrottle(clock: Clock): Throttle {
  const shards = new Map<string, Buckets>();

  function bucketsOf({ name }: StreamState, { index }: ShardState): Buckets {
    const key = `${name}:${index}`;
    const known = shards.get(key);
    if (known !== undefined) return known;
    if (shards.size >= SHARDS_MAX) shards.clear();
    const bucket = (perSecond: number) => createTokenBucket(clock, perSecond);
    const made = {
      writeBytes: bucket(WRITE_BYTES_PER_S),
      writeRecords: bucket(WRITE_RECORDS_PER_S),
      readBytes: bucket(READ_BYTES_PER_S),
      reads: bucket(READS_PER_S),
      iterators: bucket(ITERATORS_PER_S),
    };
    shards.set(key, made);
    return made;
  }

  const refusal = ({ name }: StreamState, { index }: ShardState, { accountId }: OperationContext) =>
    throughputExceeded(`Rate exceeded for shard ${shardIdOf(index)} in stream ${name} under account ${accountId}.`);

  return {
    takeWrite(state, shard, sizeBytes, context) {
      const { writeBytes, writeRecords } = bucketsOf(state, shard);
      // A record may be larger than a second's share: then it takes the whole of it, and owes the rest.
      if (!writeRecords.has(1) || !writeBytes.has(Math.min(sizeBytes, WRITE_BYTES_PER_S))) {
        return refusal(state, shard, context);
      }
      writeRecords.pay(1);
      writeBytes.pay(sizeBytes);
      return undefined;
    },
    takeRead(state, shard, context) {
      const { readBytes, reads } = bucketsOf(state, shard);
      if (!reads.has(1) || !readBytes.has(1)) return refusal(state, shard, context);
      reads.pay(1);
      return undefined;
    },
    takeIterator(state, shard, context) {
      const { iterators } = bucketsOf(state, shard);
      if (!iterators.has(1)) return refusal(state, shard, context);
      iterators.pay(1);
      return undefined;
    },
    payRead: (state, shard, sizeBytes) => bucketsOf(state, shard).readBytes.pay(sizeBytes),
  };
}
