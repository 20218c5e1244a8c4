import {
  ARN,
  BUSY,
  type Case,
  IN_USE,
  INVALID,
  KEY_ID,
  type Name,
  NOT_FOUND,
  notFound,
  POLICY,
  SHARD,
} from './fixture.ts';

const MISSING = { StreamName: 'missing' };
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

/** What operations of a kind have in common: what they name is missing, busy, or named wrongly. */
export const COMMON_FAILURES: readonly Case[] = [
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
      input: () => ({ ResourceARN: `${ARN}a:b`, ...input }),
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
];
