import { validInputOf } from '../valid-input.ts';
import { ACTIVE, ARN, type Case, IN_USE, INVALID, KEY_ID, LIMIT, NOT_FOUND, ON_DEMAND } from './fixture.ts';

/** Failures of operations on streams, their settings, tags and policies. */
export const STREAMS_FAILURES: readonly Case[] = [
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
  {
    operation: 'ListStreams',
    error: INVALID,
    message: /NextToken is invalid/,
    async input({ operations, context, run }) {
      return { NextToken: (await run(operations.ListShards({ ...ACTIVE, MaxResults: 1 }, context()))).NextToken };
    },
  },
  {
    operation: 'ListStreams',
    error: 'ExpiredNextTokenException',
    message: /^The pagination token is expired\.$/,
    async input({ operations, context, run, clock }) {
      const { NextToken } = await run(operations.ListStreams({ Limit: 1 }, context()));
      await clock.advance(301_000);
      return { NextToken };
    },
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
    operation: 'CreateChannel',
    error: INVALID,
    message: /S3, which this door does not have/,
    input: () => validInputOf('CreateChannel'),
  },
  ...(['DeleteChannel', 'DescribeChannel', 'UpdateChannel'] as const).map(
    (operation): Case => ({
      operation,
      error: NOT_FOUND,
      message: /^Channel arn:aws:kinesis:.*:channel\/c not found\.$/,
      input: () => validInputOf(operation),
    }),
  ),
  {
    operation: 'ListChannels',
    error: INVALID,
    message: /NextToken is invalid/,
    input: () => ({ NextToken: 'AAAA' }),
  },
];
