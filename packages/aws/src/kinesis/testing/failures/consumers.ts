import { ARN, type Case, IN_USE, INVALID, LIMIT, NOT_FOUND, notFound, SHARD } from './fixture.ts';

/** Failures of operations on consumers, and of their subscriptions. */
export const CONSUMERS_FAILURES: readonly Case[] = [
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
    operation: 'RegisterStreamConsumer',
    error: INVALID,
    message: /^StreamARN .*a:b is not valid\.$/,
    input: () => ({ StreamARN: `${ARN}a:b`, ConsumerName: 'c' }),
  },
  {
    operation: 'ListStreamConsumers',
    error: 'ExpiredNextTokenException',
    message: /^The pagination token is expired\.$/,
    async input({ operations, context, run, clock }) {
      const StreamARN = `${ARN}active`;
      await run(operations.RegisterStreamConsumer({ StreamARN, ConsumerName: 'second' }, context()));
      const { NextToken } = await run(operations.ListStreamConsumers({ StreamARN, MaxResults: 1 }, context()));
      await clock.advance(301_000);
      return { StreamARN, NextToken };
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
    input: () => ({
      ConsumerARN: `${ARN}old/stream/active/consumer/c:1`,
      ShardId: SHARD,
      StartingPosition: { Type: 'LATEST' },
    }),
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
