import { ACTIVE, ARN, type Case, INVALID, iteratorOf, NOT_FOUND, SHARD } from './fixture.ts';

/** Failures of putting and getting records. */
export const RECORDS_FAILURES: readonly Case[] = [
  {
    operation: 'PutRecord',
    error: NOT_FOUND,
    message: /young/,
    input: () => ({ StreamName: 'young', Data: Buffer.from(''), PartitionKey: 'k' }),
  },
  {
    operation: 'PutRecord',
    error: INVALID,
    message: /^Invalid ExplicitHashKey/,
    input: () => ({ ...ACTIVE, Data: Buffer.from(''), PartitionKey: 'k', ExplicitHashKey: (2n ** 128n).toString() }),
  },
  {
    operation: 'PutRecord',
    error: INVALID,
    message: /ExclusiveMinimumSequenceNumber 7/,
    input: () => ({ ...ACTIVE, Data: Buffer.from(''), PartitionKey: 'k', SequenceNumberForOrdering: '7' }),
  },
  {
    operation: 'PutRecord',
    error: 'ValidationException',
    message: /'partitionKey'/,
    input: () => ({ ...ACTIVE, Data: Buffer.from('') }),
  },
  {
    operation: 'PutRecord',
    error: 'ValidationException',
    message: /length less than or equal to 1048576/,
    input: () => ({ ...ACTIVE, Data: Buffer.alloc(1024 * 1024), PartitionKey: 'k' }),
  },
  {
    operation: 'PutRecord',
    error: 'DryRunOperationException',
    message: /DryRun/,
    input: () => ({ ...ACTIVE, Data: Buffer.from(''), PartitionKey: 'k', DryRun: true }),
  },
  {
    operation: 'PutRecords',
    error: INVALID,
    message: /^Invalid ExplicitHashKey/,
    input: () => ({
      ...ACTIVE,
      Records: [{ Data: Buffer.from(''), PartitionKey: 'k', ExplicitHashKey: (2n ** 128n).toString() }],
    }),
  },
  {
    operation: 'PutRecords',
    error: INVALID,
    message: /Records size exceeds/,
    input: () => ({
      ...ACTIVE,
      Records: Array.from({ length: 11 }, () => ({ Data: Buffer.alloc(1024 * 1024 - 1), PartitionKey: 'k' })),
    }),
  },
  {
    operation: 'PutRecords',
    error: 'ValidationException',
    message: /'partitionKey'/,
    input: () => ({ ...ACTIVE, Records: [{ Data: Buffer.from('') }] }),
  },
  {
    operation: 'PutRecords',
    error: 'DryRunOperationException',
    message: /DryRun/,
    input: () => ({ ...ACTIVE, Records: [{ Data: Buffer.from(''), PartitionKey: 'k' }], DryRun: true }),
  },
  {
    operation: 'GetShardIterator',
    error: NOT_FOUND,
    message: /^Could not find shard shardId-000000000009 in stream active/,
    input: () => ({ ...ACTIVE, ShardId: 'shardId-000000000009', ShardIteratorType: 'LATEST' }),
  },
  {
    operation: 'GetShardIterator',
    error: INVALID,
    message: /no StartingSequenceNumber\.$/,
    input: () => ({ ...ACTIVE, ShardId: SHARD, ShardIteratorType: 'AT_SEQUENCE_NUMBER' }),
  },
  {
    operation: 'GetShardIterator',
    error: INVALID,
    message: /also a StartingSequenceNumber\.$/,
    input: () => ({ ...ACTIVE, ShardId: SHARD, ShardIteratorType: 'LATEST', StartingSequenceNumber: '1' }),
  },
  {
    operation: 'GetShardIterator',
    error: INVALID,
    message: /no timestamp parameter/,
    input: () => ({ ...ACTIVE, ShardId: SHARD, ShardIteratorType: 'AT_TIMESTAMP' }),
  },
  {
    operation: 'GetShardIterator',
    error: INVALID,
    message: /cannot be greater/,
    input: ({ clock }) => ({
      ...ACTIVE,
      ShardId: SHARD,
      ShardIteratorType: 'AT_TIMESTAMP',
      Timestamp: clock.now() + 5_000,
    }),
  },
  {
    operation: 'GetShardIterator',
    error: INVALID,
    message: /is invalid\.$/,
    input: () => ({ ...ACTIVE, ShardId: SHARD, ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: '12' }),
  },
  {
    operation: 'GetShardIterator',
    error: INVALID,
    message: /It encodes shardId-000000000001, while it was used in a call to a shard with shardId-000000000000/,
    async input({ operations, context, run }) {
      const { Shards = [] } = await run(operations.ListShards(ACTIVE, context()));
      const StartingSequenceNumber = Shards[1]?.SequenceNumberRange.StartingSequenceNumber;
      return { ...ACTIVE, ShardId: SHARD, ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber };
    },
  },
  {
    operation: 'GetShardIterator',
    error: INVALID,
    message: /did not come from this stream/,
    async input({ operations, context, run, clock }) {
      await clock.advance(2_000);
      await run(operations.CreateStream({ StreamName: 'other', ShardCount: 1 }, context()));
      await clock.advance(100);
      const { Shards = [] } = await run(operations.ListShards({ StreamName: 'other' }, context()));
      const StartingSequenceNumber = Shards[0]?.SequenceNumberRange.StartingSequenceNumber;
      return { ...ACTIVE, ShardId: SHARD, ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber };
    },
  },
  {
    operation: 'GetShardIterator',
    error: 'DryRunOperationException',
    message: /DryRun/,
    input: () => ({ ...ACTIVE, ShardId: SHARD, ShardIteratorType: 'LATEST', DryRun: true }),
  },
  {
    operation: 'GetRecords',
    error: INVALID,
    message: /^Invalid ShardIterator\.$/,
    input: () => ({ ShardIterator: 'AAAA' }),
  },
  {
    operation: 'GetRecords',
    error: INVALID,
    message: /^Invalid ShardIterator\.$/,
    async input(fixture) {
      const bytes = Buffer.from(await iteratorOf(fixture), 'base64');
      bytes[30] = (bytes[30] ?? 0) ^ 1;
      return { ShardIterator: bytes.toString('base64') };
    },
  },
  {
    operation: 'GetRecords',
    error: 'ExpiredIteratorException',
    message:
      /^Iterator expired\. The iterator was created at time Wed Jan 01 00:00:0\d UTC 2025 while right now it is Wed Jan 01 00:05:\d\d UTC 2025 /,
    async input(fixture) {
      const ShardIterator = await iteratorOf(fixture);
      await fixture.clock.advance(301_000);
      return { ShardIterator };
    },
  },
  {
    operation: 'GetRecords',
    error: NOT_FOUND,
    message: /active/,
    async input(fixture) {
      const { operations, context, run, clock } = fixture;
      const ShardIterator = await iteratorOf(fixture);
      await run(operations.DeleteStream({ ...ACTIVE, EnforceConsumerDeletion: true }, context()));
      await clock.advance(1_500);
      return { ShardIterator };
    },
  },
  {
    operation: 'GetRecords',
    error: INVALID,
    message: /same stream/,
    input: async (fixture) => ({ ShardIterator: await iteratorOf(fixture), StreamARN: `${ARN}busy` }),
  },
  {
    operation: 'GetRecords',
    error: 'DryRunOperationException',
    message: /DryRun/,
    input: async (fixture) => ({ ShardIterator: await iteratorOf(fixture), DryRun: true }),
  },
  {
    operation: 'GetRecords',
    error: 'ProvisionedThroughputExceededException',
    message: /^Rate exceeded for shard shardId-000000000000 in stream active/,
    isSpecial: true,
    settings: { throttle: true },
    async input(fixture) {
      const input = { ShardIterator: await iteratorOf(fixture) };
      for (let count = 0; count < 5; count++) await fixture.run(fixture.special.GetRecords(input, fixture.context()));
      return input;
    },
  },
  {
    operation: 'PutRecord',
    error: 'ProvisionedThroughputExceededException',
    message: /^Rate exceeded for shard/,
    isSpecial: true,
    settings: { throttle: true },
    async input({ special, context, run }) {
      const record = { ...ACTIVE, Data: Buffer.alloc(1024 * 1024 - 1), PartitionKey: 'k' };
      await run(special.PutRecord(record, context()));
      return record;
    },
  },
];
