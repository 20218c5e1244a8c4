import type { Clock } from '@sluice/kernel/clock';
import type { AnyOperations, Operation } from '../front/operation.ts';
import { limitExceeded } from './errors.ts';
import { createTokenBucket, type TokenBucket } from './token-bucket.ts';

/** Calls a second that the service takes of an account; those with another rate stand below. */
const CALLS_PER_S = 5;
const OTHER_CALLS_PER_S: Readonly<Record<string, number>> = {
  DescribeLimits: 1,
  DescribeStream: 10,
  DescribeStreamConsumer: 20,
  DescribeStreamSummary: 20,
  ListShards: 1_000,
};
/** What is counted by shard, by consumer, or not at all. */
const COUNTED_OTHERWISE: ReadonlySet<string> = new Set([
  'AcknowledgeDeadLetterQueueRecords',
  'AcknowledgeQueueRecords',
  'GetRecords',
  'GetShardIterator',
  'PutRecord',
  'PutRecords',
  'ReceiveDeadLetterQueueRecords',
  'ReceiveQueueRecords',
  'RestoreDeadLetterQueueRecords',
  'UpdateDeadLetterQueueRecordsVisibility',
  'UpdateQueueRecordsVisibility',
]);
/** Accounts with buckets; beyond that all begin anew. */
const ACCOUNTS_MAX = 1_000;

/** Refuses more calls than the service takes, for each operation and account, counted in this door. */
export function withCallRates<Operations extends AnyOperations>(operations: Operations, clock: Clock): Operations {
  const limited = Object.entries(operations).map(([name, operation]) => {
    const isCounted = operation !== undefined && !COUNTED_OTHERWISE.has(name);
    return [name, isCounted ? limit(operation, OTHER_CALLS_PER_S[name] ?? CALLS_PER_S, clock) : operation];
  });
  return Object.fromEntries(limited);
}

function limit(operation: Operation<never, unknown>, perSecond: number, clock: Clock): Operation<never, unknown> {
  const buckets = new Map<string, TokenBucket>();
  return (input, context) => {
    const { accountId } = context;
    let bucket = buckets.get(accountId);
    if (bucket === undefined) {
      if (buckets.size >= ACCOUNTS_MAX) buckets.clear();
      bucket = createTokenBucket(clock, perSecond);
      buckets.set(accountId, bucket);
    }
    if (!bucket.has(1)) throw limitExceeded(`Rate exceeded for account ${accountId}.`);
    bucket.pay(1);
    return operation(input, context);
  };
}
