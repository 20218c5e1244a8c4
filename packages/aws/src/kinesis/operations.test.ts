import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { AwsError } from '../front/aws-error.ts';
import { KINESIS_CONTRACT } from './generated/contract.ts';
import type { Kinesis } from './kinesis.ts';
import type { KinesisSettings } from './settings.ts';
import { contextAt, openDoor, settled } from './testing/door.ts';
import { createMemoryCluster } from './testing/memory-cluster.ts';

type Operations = Kinesis['operations'];
type Name = keyof Operations;

const ARN = 'arn:aws:kinesis:eu-central-1:123456789012:stream/';
const POLICY = '{"Version":"2012-10-17","Statement":[]}';
const KEY_ID = 'alias/aws/kinesis';
const SHARD = 'shardId-000000000000';
const MISSING = { StreamName: 'missing' };
const ACTIVE = { StreamName: 'active' };
const BUSY = { StreamName: 'busy' };
/** For a door whose streams stay in CREATING and UPDATING. */
const STANDING_STILL = { statusDelayMs: 3_600_000, takeOverAfterMs: 7_200_000 };
const ON_DEMAND = { mode: { StreamMode: 'ON_DEMAND' }, name: 'on-demand' } as const;

/**
 * Streams `active` (two shards, a consumer, three records, a tag), `busy` (UPDATING for an hour), `young` (CREATING) and
 * `on-demand`.
 */
async function fixture(settings: Partial<KinesisSettings> = {}) {
  const clock = createSimClock();
  const random = createSimRandom(1);
  const cluster = createMemoryCluster({ clock, below: random.below, delayMsMax: 1 });
  const quick = openDoor(cluster, clock, 2, { statusDelayMs: 0 });
  const slow = openDoor(cluster, clock, 3, STANDING_STILL);
  const special = openDoor(cluster, clock, 4, { ...STANDING_STILL, ...settings });
  const context = () => contextAt(clock);
  const run = <Result>(result: Result | Promise<Result>) => settled(clock, result);
  const { operations } = quick;
  for (const StreamName of ['active', 'busy']) {
    await run(operations.CreateStream({ StreamName, ShardCount: 2 }, context()));
  }
  const { mode, name } = ON_DEMAND;
  await run(operations.CreateStream({ StreamName: name, StreamModeDetails: mode }, context()));
  await clock.advance(200);
  const { Consumer } = await run(
    operations.RegisterStreamConsumer({ StreamARN: `${ARN}active`, ConsumerName: 'reader' }, context()),
  );
  for (const value of ['1', '2', '3']) {
    await run(operations.PutRecord({ ...ACTIVE, Data: Buffer.from(value), PartitionKey: 'k' }, context()));
  }
  await run(operations.AddTagsToStream({ ...ACTIVE, Tags: { a: '1' } }, context()));
  await run(slow.operations.CreateStream({ StreamName: 'young', ShardCount: 1 }, context()));
  await run(slow.operations.SplitShard({ ...BUSY, ShardToSplit: SHARD, NewStartingHashKey: '1000' }, context()));
  return { clock, cluster, operations, special: special.operations, context, run, consumerArn: Consumer.ConsumerARN };
}

type Fixture = Awaited<ReturnType<typeof fixture>>;

interface Case {
  readonly operation: Name;
  readonly error: string;
  readonly message: RegExp;
  readonly input: (fixture: Fixture) => unknown | Promise<unknown>;
  readonly settings?: Partial<KinesisSettings>;
  /** The door of these settings. */
  readonly isSpecial?: boolean;
}

const NOT_FOUND = 'ResourceNotFoundException';
const IN_USE = 'ResourceInUseException';
const INVALID = 'InvalidArgumentException';
const LIMIT = 'LimitExceededException';
const notFound = /^Stream missing under account 123456789012 not found\.$/;
const notActive = /^Stream busy under account 123456789012 not ACTIVE, instead in state UPDATING$/;
const noStream = /^Either StreamName or StreamARN must be provided\.$/;

/** What an operation that changes an ACTIVE stream is asked for, besides its stream. */
const CHANGES: Partial<Record<Name, object>> = {
  SplitShard: { ShardToSplit: SHARD, NewStartingHashKey: '1000' },
  MergeShards: { ShardToMerge: SHARD, AdjacentShardToMerge: 'shardId-000000000001' },
  UpdateShardCount: { TargetShardCount: 3, ScalingType: 'UNIFORM_SCALING' },
  IncreaseStreamRetentionPeriod: { RetentionPeriodHours: 48 },
  DecreaseStreamRetentionPeriod: { RetentionPeriodHours: 24 },
  StartStreamEncryption: { EncryptionType: 'KMS', KeyId: KEY_ID },
  StopStreamEncryption: { EncryptionType: 'KMS', KeyId: KEY_ID },
  EnableEnhancedMonitoring: { ShardLevelMetrics: ['ALL'] },
  DisableEnhancedMonitoring: { ShardLevelMetrics: ['ALL'] },
};
const CHANGES_BY_ARN: Partial<Record<Name, object>> = {
  UpdateStreamMode: { StreamModeDetails: { StreamMode: 'ON_DEMAND' } },
  UpdateStreamWarmThroughput: { WarmThroughputMiBps: 1 },
  UpdateMaxRecordSize: { MaxRecordSizeInKiB: 2048 },
  UpdateStreamRecordDistributionStrategy: { RecordDistributionStrategy: 'AUTO' },
};
/** Others that name a stream, and may come at any time. */
const OTHERS: Partial<Record<Name, object>> = {
  AddTagsToStream: { Tags: { a: '1' } },
  RemoveTagsFromStream: { TagKeys: ['a'] },
  ListTagsForStream: {},
  DeleteStream: {},
  DescribeStream: {},
  DescribeStreamSummary: {},
  ListShards: {},
  PutRecord: { Data: Buffer.from(''), PartitionKey: 'k' },
  PutRecords: { Records: [{ Data: Buffer.from(''), PartitionKey: 'k' }] },
  GetShardIterator: { ShardId: SHARD, ShardIteratorType: 'LATEST' },
};
const RESOURCES: Partial<Record<Name, object>> = {
  TagResource: { Tags: { a: '1' } },
  UntagResource: { TagKeys: ['a'] },
  ListTagsForResource: {},
  PutResourcePolicy: { Policy: POLICY },
  GetResourcePolicy: {},
  DeleteResourcePolicy: {},
};
const CONSUMERS: readonly Name[] = ['DescribeStreamConsumer', 'DeregisterStreamConsumer'];

const names = (table: Partial<Record<Name, object>>) => Object.entries(table) as [Name, object][];

async function iteratorOf({ operations, context, run }: Fixture, type = 'TRIM_HORIZON'): Promise<string> {
  const input = { ...ACTIVE, ShardId: SHARD, ShardIteratorType: type as 'LATEST' };
  return (await run(operations.GetShardIterator(input, context()))).ShardIterator ?? '';
}

const CASES: readonly Case[] = [
  ...names({ ...CHANGES, ...OTHERS }).flatMap(([operation, input]): Case[] => [
    { operation, error: NOT_FOUND, message: notFound, input: () => ({ ...MISSING, ...input }) },
    ...(operation === 'ListShards' ? [] : [{ operation, error: INVALID, message: noStream, input: () => input }]),
    {
      operation,
      error: INVALID,
      message: /do not name the same stream/,
      input: () => ({ StreamName: 'active', StreamARN: `${ARN}busy`, ...input }),
    },
  ]),
  ...names(CHANGES).map(
    ([operation, input]): Case => ({
      operation,
      error: IN_USE,
      message: notActive,
      input: () => ({ ...BUSY, ...input }),
    }),
  ),
  ...names(CHANGES_BY_ARN).flatMap(([operation, input]): Case[] => [
    { operation, error: NOT_FOUND, message: notFound, input: () => ({ StreamARN: `${ARN}missing`, ...input }) },
    { operation, error: IN_USE, message: notActive, input: () => ({ StreamARN: `${ARN}busy`, ...input }) },
    { operation, error: INVALID, message: /is not valid/, input: () => ({ StreamARN: `${ARN}a:b`, ...input }) },
  ]),
  ...names(RESOURCES).flatMap(([operation, input]): Case[] => [
    { operation, error: NOT_FOUND, message: notFound, input: () => ({ ResourceARN: `${ARN}missing`, ...input }) },
    {
      operation,
      error: NOT_FOUND,
      message: /^Consumer .* not found\.$/,
      input: () => ({ ResourceARN: `${ARN}active/consumer/nobody:1`, ...input }),
    },
    {
      operation,
      error: INVALID,
      message: /is not valid/,
      input: () => ({ ResourceARN: 'arn:aws:s3:::bucket', ...input }),
    },
  ]),
  ...CONSUMERS.flatMap((operation): Case[] => [
    {
      operation,
      error: NOT_FOUND,
      message: notFound,
      input: () => ({ StreamARN: `${ARN}missing`, ConsumerName: 'reader' }),
    },
    {
      operation,
      error: NOT_FOUND,
      message: /^Consumer nobody of stream active/,
      input: () => ({ StreamARN: `${ARN}active`, ConsumerName: 'nobody' }),
    },
    {
      operation,
      error: NOT_FOUND,
      message: /^Consumer reader/,
      input: () => ({ ConsumerARN: `${ARN}active/consumer/reader:1` }),
    },
    { operation, error: INVALID, message: /must be provided/, input: () => ({ ConsumerName: 'reader' }) },
    {
      operation,
      error: INVALID,
      message: /do not name the same consumer/,
      input: ({ consumerArn }) => ({ ConsumerARN: consumerArn, ConsumerName: 'other' }),
    },
  ]),

  {
    operation: 'CreateStream',
    error: IN_USE,
    message: /^Stream active under account 123456789012 already exists\.$/,
    input: () => ({ ...ACTIVE, ShardCount: 1 }),
  },
  {
    operation: 'CreateStream',
    error: INVALID,
    message: /ShardCount must be provided/,
    input: () => ({ StreamName: 'new' }),
  },
  {
    operation: 'CreateStream',
    error: INVALID,
    message: /ShardCount must not/,
    input: () => ({ StreamName: 'new', ShardCount: 1, StreamModeDetails: ON_DEMAND.mode }),
  },
  {
    operation: 'CreateStream',
    error: INVALID,
    message: /WarmThroughput/,
    input: () => ({ StreamName: 'new', ShardCount: 1, WarmThroughputMiBps: 1 }),
  },
  {
    operation: 'CreateStream',
    error: INVALID,
    message: /invalid characters/,
    input: () => ({ StreamName: 'new', ShardCount: 1, Tags: { 'a!': '' } }),
  },
  {
    operation: 'CreateStream',
    error: LIMIT,
    message: /exceed the shard limit/,
    input: () => ({ StreamName: 'new', ShardCount: 100 }),
    isSpecial: true,
    settings: { shardLimit: 20 },
  },
  {
    operation: 'CreateStream',
    error: LIMIT,
    message: /on-demand streams/,
    input: () => ({ StreamName: 'new', StreamModeDetails: ON_DEMAND.mode }),
    isSpecial: true,
    settings: { onDemandStreamLimit: 1 },
  },
  {
    operation: 'UpdateStreamMode',
    error: LIMIT,
    message: /on-demand streams/,
    input: () => ({ StreamARN: `${ARN}active`, StreamModeDetails: ON_DEMAND.mode }),
    isSpecial: true,
    settings: { onDemandStreamLimit: 1 },
  },
  {
    operation: 'UpdateStreamMode',
    error: INVALID,
    message: /WarmThroughput/,
    input: () => ({
      StreamARN: `${ARN}active`,
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      WarmThroughputMiBps: 1,
    }),
  },
  {
    operation: 'UpdateStreamWarmThroughput',
    error: INVALID,
    message: /not in ON_DEMAND/,
    input: () => ({ ...ACTIVE, WarmThroughputMiBps: 1 }),
  },
  { operation: 'DeleteStream', error: IN_USE, message: /registered consumers/, input: () => ACTIVE },
  {
    operation: 'ListStreams',
    error: INVALID,
    message: /cannot be provided together/,
    input: () => ({ ExclusiveStartStreamName: 'a', NextToken: 'b' }),
  },
  { operation: 'ListStreams', error: INVALID, message: /NextToken is invalid/, input: () => ({ NextToken: 'AAAA' }) },

  { operation: 'ListShards', error: INVALID, message: /Either NextToken or StreamName/, input: () => ({}) },
  {
    operation: 'ListShards',
    error: INVALID,
    message: /cannot be provided together/,
    input: () => ({ ...ACTIVE, NextToken: 'AAAA' }),
  },
  {
    operation: 'ListShards',
    error: INVALID,
    message: /cannot be provided together/,
    input: () => ({ NextToken: 'AAAA', ExclusiveStartShardId: SHARD }),
  },
  { operation: 'ListShards', error: INVALID, message: /NextToken is invalid/, input: () => ({ NextToken: 'AAAA' }) },
  {
    operation: 'ListShards',
    error: INVALID,
    message: /Timestamp must be/,
    input: () => ({ ...ACTIVE, ShardFilter: { Type: 'AT_TIMESTAMP' } }),
  },
  {
    operation: 'ListShards',
    error: INVALID,
    message: /Timestamp must not/,
    input: () => ({ ...ACTIVE, ShardFilter: { Type: 'AT_LATEST', Timestamp: 1 } }),
  },
  {
    operation: 'ListShards',
    error: INVALID,
    message: /ShardId must be/,
    input: () => ({ ...ACTIVE, ShardFilter: { Type: 'AFTER_SHARD_ID' } }),
  },
  {
    operation: 'ListShards',
    error: INVALID,
    message: /ShardId must not/,
    input: () => ({ ...ACTIVE, ShardFilter: { Type: 'AT_LATEST', ShardId: SHARD } }),
  },
  {
    operation: 'ListShards',
    error: INVALID,
    message: /is not valid/,
    input: () => ({ ...ACTIVE, ExclusiveStartShardId: 'shard' }),
  },
  { operation: 'ListShards', error: IN_USE, message: /CREATING/, input: () => ({ StreamName: 'young' }) },
  {
    operation: 'ListShards',
    error: NOT_FOUND,
    message: /not found/,
    input: () => ({ ...ACTIVE, StreamCreationTimestamp: 1_000 }),
  },
  {
    operation: 'ListShards',
    error: 'ExpiredNextTokenException',
    message: /expired/,
    async input({ operations, context, run, clock }) {
      const { NextToken } = await run(operations.ListShards({ ...ACTIVE, MaxResults: 1 }, context()));
      await clock.advance(301_000);
      return { NextToken };
    },
  },
  {
    operation: 'ListStreams',
    error: INVALID,
    message: /NextToken is invalid/,
    async input({ operations, context, run }) {
      return { NextToken: (await run(operations.ListShards({ ...ACTIVE, MaxResults: 1 }, context()))).NextToken };
    },
  },

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

  {
    operation: 'SplitShard',
    error: NOT_FOUND,
    message: /^Could not find shard/,
    input: () => ({ ...ACTIVE, ShardToSplit: 'shardId-000000000007', NewStartingHashKey: '5' }),
  },
  {
    operation: 'SplitShard',
    error: INVALID,
    message: /^NewStartingHashKey 1 used in SplitShard\(\) on shard shardId-000000000000/,
    input: () => ({ ...ACTIVE, ShardToSplit: SHARD, NewStartingHashKey: '1' }),
  },
  {
    operation: 'SplitShard',
    error: LIMIT,
    message: /shard limit/,
    input: () => ({ ...ACTIVE, ShardToSplit: SHARD, NewStartingHashKey: '1000' }),
    isSpecial: true,
    settings: { shardLimit: 9 },
  },
  {
    operation: 'MergeShards',
    error: NOT_FOUND,
    message: /^Could not find shard/,
    input: () => ({ ...ACTIVE, ShardToMerge: SHARD, AdjacentShardToMerge: 'nothing' }),
  },
  {
    operation: 'MergeShards',
    error: INVALID,
    message: /are not an adjacent pair/,
    input: () => ({ ...ACTIVE, ShardToMerge: SHARD, AdjacentShardToMerge: SHARD }),
  },
  ...(['SplitShard', 'MergeShards'] as const).map(
    (operation): Case => ({
      operation,
      error: IN_USE,
      message: /closed/,
      async input({ operations, context, run, clock }) {
        await run(operations.SplitShard({ ...ACTIVE, ShardToSplit: SHARD, NewStartingHashKey: '1000' }, context()));
        await clock.advance(200);
        return operation === 'SplitShard'
          ? { ...ACTIVE, ShardToSplit: SHARD, NewStartingHashKey: '1000' }
          : { ...ACTIVE, ShardToMerge: SHARD, AdjacentShardToMerge: 'shardId-000000000001' };
      },
    }),
  ),
  {
    operation: 'UpdateShardCount',
    error: LIMIT,
    message: /over double/,
    input: () => ({ ...ACTIVE, TargetShardCount: 5, ScalingType: 'UNIFORM_SCALING' }),
  },
  {
    operation: 'UpdateShardCount',
    error: LIMIT,
    message: /below half/,
    input: () => ({ StreamName: 'wide', TargetShardCount: 1, ScalingType: 'UNIFORM_SCALING' }),
  },
  {
    operation: 'UpdateShardCount',
    error: INVALID,
    message: /ON_DEMAND/,
    input: () => ({ StreamName: 'on-demand', TargetShardCount: 5, ScalingType: 'UNIFORM_SCALING' }),
  },
  {
    operation: 'IncreaseStreamRetentionPeriod',
    error: INVALID,
    message: /too short/,
    input: () => ({ ...ACTIVE, RetentionPeriodHours: 23 }),
  },
  {
    operation: 'IncreaseStreamRetentionPeriod',
    error: INVALID,
    message: /too long/,
    input: () => ({ ...ACTIVE, RetentionPeriodHours: 8761 }),
  },
  {
    operation: 'DecreaseStreamRetentionPeriod',
    error: INVALID,
    message: /can not be longer than/,
    input: () => ({ ...ACTIVE, RetentionPeriodHours: 25 }),
  },
  {
    operation: 'IncreaseStreamRetentionPeriod',
    error: INVALID,
    message: /can not be shorter than existing retention period \(48 hours\)/,
    async input({ operations, context, run }) {
      await run(operations.IncreaseStreamRetentionPeriod({ ...ACTIVE, RetentionPeriodHours: 48 }, context()));
      return { ...ACTIVE, RetentionPeriodHours: 47 };
    },
  },
  {
    operation: 'StartStreamEncryption',
    error: INVALID,
    message: /only valid EncryptionType/,
    input: () => ({ ...ACTIVE, EncryptionType: 'NONE', KeyId: KEY_ID }),
  },
  {
    operation: 'StartStreamEncryption',
    error: INVALID,
    message: /is not a key/,
    input: () => ({ ...ACTIVE, EncryptionType: 'KMS', KeyId: 'key' }),
  },
  {
    operation: 'AddTagsToStream',
    error: INVALID,
    message: /reserved/,
    input: () => ({ ...ACTIVE, Tags: { 'aws:x': '' } }),
  },
  {
    operation: 'AddTagsToStream',
    error: INVALID,
    message: /more than 50 tags/,
    input: () => ({ ...ACTIVE, Tags: Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`t${index}`, ''])) }),
  },
  {
    operation: 'PutResourcePolicy',
    error: INVALID,
    message: /JSON/,
    input: () => ({ ResourceARN: `${ARN}active`, Policy: '{' }),
  },
  {
    operation: 'PutResourcePolicy',
    error: INVALID,
    message: /Statement/,
    input: () => ({ ResourceARN: `${ARN}active`, Policy: '{}' }),
  },
  {
    operation: 'GetResourcePolicy',
    error: NOT_FOUND,
    message: /No resource policy/,
    input: () => ({ ResourceARN: `${ARN}active` }),
  },
  {
    operation: 'DeleteResourcePolicy',
    error: NOT_FOUND,
    message: /No resource policy/,
    input: () => ({ ResourceARN: `${ARN}active` }),
  },

  {
    operation: 'RegisterStreamConsumer',
    error: NOT_FOUND,
    message: notFound,
    input: () => ({ StreamARN: `${ARN}missing`, ConsumerName: 'c' }),
  },
  {
    operation: 'RegisterStreamConsumer',
    error: IN_USE,
    message: /^Consumer reader .* already exists\.$/,
    input: () => ({ StreamARN: `${ARN}active`, ConsumerName: 'reader' }),
  },
  {
    operation: 'RegisterStreamConsumer',
    error: IN_USE,
    message: /CREATING/,
    input: () => ({ StreamARN: `${ARN}young`, ConsumerName: 'c' }),
  },
  {
    operation: 'RegisterStreamConsumer',
    error: LIMIT,
    message: /50 consumers/,
    async input({ operations, context, run }) {
      for (let count = 1; count < 50; count++) {
        await run(
          operations.RegisterStreamConsumer({ StreamARN: `${ARN}active`, ConsumerName: `c${count}` }, context()),
        );
      }
      return { StreamARN: `${ARN}active`, ConsumerName: 'another' };
    },
  },
  {
    operation: 'ListStreamConsumers',
    error: NOT_FOUND,
    message: notFound,
    input: () => ({ StreamARN: `${ARN}missing` }),
  },
  {
    operation: 'ListStreamConsumers',
    error: NOT_FOUND,
    message: /active/,
    input: () => ({ StreamARN: `${ARN}active`, StreamCreationTimestamp: 1_000 }),
  },
  {
    operation: 'ListStreamConsumers',
    error: INVALID,
    message: /NextToken is invalid/,
    input: () => ({ StreamARN: `${ARN}active`, NextToken: 'AAAA' }),
  },

  {
    operation: 'SubscribeToShard',
    error: INVALID,
    message: /is not valid/,
    input: () => ({ ConsumerARN: 'arn', ShardId: SHARD, StartingPosition: { Type: 'LATEST' } }),
  },
  {
    operation: 'SubscribeToShard',
    error: NOT_FOUND,
    message: notFound,
    input: () => ({ ConsumerARN: `${ARN}missing/consumer/c:1`, ShardId: SHARD, StartingPosition: { Type: 'LATEST' } }),
  },
  {
    operation: 'SubscribeToShard',
    error: NOT_FOUND,
    message: /^Consumer c /,
    input: () => ({ ConsumerARN: `${ARN}active/consumer/c:1`, ShardId: SHARD, StartingPosition: { Type: 'LATEST' } }),
  },
  {
    operation: 'SubscribeToShard',
    error: NOT_FOUND,
    message: /find shard/,
    input: ({ consumerArn }) => ({
      ConsumerARN: consumerArn,
      ShardId: 'shardId-000000000009',
      StartingPosition: { Type: 'LATEST' },
    }),
  },
  {
    operation: 'SubscribeToShard',
    error: INVALID,
    message: /no StartingSequenceNumber\.$/,
    input: ({ consumerArn }) => ({
      ConsumerARN: consumerArn,
      ShardId: SHARD,
      StartingPosition: { Type: 'AT_SEQUENCE_NUMBER' },
    }),
  },
  {
    operation: 'SubscribeToShard',
    error: IN_USE,
    message: /not ACTIVE yet/,
    input: ({ consumerArn }) => ({ ConsumerARN: consumerArn, ShardId: SHARD, StartingPosition: { Type: 'LATEST' } }),
    isSpecial: true,
  },
  {
    operation: 'SubscribeToShard',
    error: 'DryRunOperationException',
    message: /DryRun/,
    input: ({ consumerArn }) => ({
      ConsumerARN: consumerArn,
      ShardId: SHARD,
      StartingPosition: { Type: 'LATEST' },
      DryRun: true,
    }),
  },
  {
    operation: 'SubscribeToShard',
    error: IN_USE,
    message: /Another active subscription/,
    async input({ operations, context, run, consumerArn }) {
      const input = { ConsumerARN: consumerArn, ShardId: SHARD, StartingPosition: { Type: 'LATEST' } } as const;
      await run(operations.SubscribeToShard(input, context()));
      return input;
    },
  },
];

describe('each operation fails as the service does', () => {
  for (const { operation, error, message, input, settings, isSpecial } of CASES) {
    it(`${operation}: ${error} ${message}`, async () => {
      const made = await fixture(settings);
      if (operation === 'UpdateShardCount') {
        await made.run(made.operations.CreateStream({ StreamName: 'wide', ShardCount: 4 }, made.context()));
        await made.clock.advance(100);
      }
      const door = isSpecial === true ? made.special : made.operations;
      const request = (await input(made)) as never;
      await assert.rejects(
        made.run((door[operation] as (input: never, context: unknown) => Promise<unknown>)(request, made.context())),
        (failure) => {
          assert(failure instanceof AwsError, String(failure));
          assert.equal(failure.type, error, failure.message);
          assert.match(failure.message, message);
          const isInModel = KINESIS_CONTRACT.operations[operation]?.errors.includes(error) === true;
          assert(isInModel || error === 'ValidationException', `${operation} has no ${error} in the model`);
          return true;
        },
      );
    });
  }
});
