import { ACTIVE, type Case, IN_USE, INVALID, LIMIT, NOT_FOUND, SHARD } from './fixture.ts';

/** Failures of operations on shards. */
export const SHARDS_FAILURES: readonly Case[] = [
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
];
