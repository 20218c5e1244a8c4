import { ARN, type Case, type Fixture, IN_USE, INVALID, LIMIT, type Name, NOT_FOUND, ON_DEMAND } from './fixture.ts';

const STREAM_ARN = `${ARN}${ON_DEMAND.name}`;
const MISSING = `arn:aws:kinesis:eu-central-1:123456789012:queue/${'0'.repeat(32)}`;
const ODD = 'arn:aws:kinesis:eu-central-1:123456789012:queue/q';
const of = (StreamARN: string, StartingPosition?: object) => [
  { StreamARN, ...(StartingPosition === undefined ? {} : { StartingPosition }) },
];
const Q = { QueueName: 'q', StreamConfigurationList: of(STREAM_ARN) };
const BUILT_IN = { QueueAttributes: { DeadLetterConfiguration: { TargetType: 'BUILT_IN' } } };
const ENTRY = { ReceiptHandle: 'AAAA' };

/** What operations on a queue are asked for, besides its ARN. */
const CONTROL: Partial<Record<Name, object>> = {
  DeleteQueue: {},
  DescribeQueue: {},
  UpdateQueue: { QueueAttributes: {} },
};
const DATA: Partial<Record<Name, object>> = {
  ReceiveQueueRecords: {},
  AcknowledgeQueueRecords: { Entries: [ENTRY] },
  UpdateQueueRecordsVisibility: { Entries: [{ ...ENTRY, VisibilityTimeoutSeconds: 0 }] },
  ReceiveDeadLetterQueueRecords: {},
  AcknowledgeDeadLetterQueueRecords: { Entries: [ENTRY] },
  UpdateDeadLetterQueueRecordsVisibility: { Entries: [{ ...ENTRY, VisibilityTimeoutSeconds: 0 }] },
  RestoreDeadLetterQueueRecords: { Entries: [ENTRY] },
};

const names = (table: Partial<Record<Name, object>>) => Object.entries(table) as [Name, object][];

/** A queue: ACTIVE, or CREATING for an hour. */
async function queueArn(fixture: Fixture, QueueName = 'q', isYoung = false): Promise<string> {
  const { operations, special, context, run, clock } = fixture;
  const { CreateQueue } = isYoung ? special : operations;
  const { QueueDescription } = await run(
    CreateQueue({ QueueName, StreamConfigurationList: [{ StreamARN: STREAM_ARN }] }, context()),
  );
  await clock.advance(200);
  return QueueDescription.QueueARN;
}

async function fiveYoung(fixture: Fixture): Promise<void> {
  for (const name of ['a', 'b', 'c', 'd', 'e']) await queueArn(fixture, name, true);
}

/** Failures of operations on queues, and of those on streams that have some. */
export const QUEUES_FAILURES: readonly Case[] = [
  ...names({ ...CONTROL, ...DATA }).flatMap(([operation, input]): Case[] => [
    { operation, error: NOT_FOUND, message: /^Queue .* not found\.$/, input: () => ({ QueueARN: MISSING, ...input }) },
    { operation, error: NOT_FOUND, message: /^Queue .* not found\.$/, input: () => ({ QueueARN: ODD, ...input }) },
  ]),
  ...names(CONTROL).map(
    ([operation, input]): Case => ({
      operation,
      error: 'ValidationException',
      message: /Value 'q' at 'queueARN' failed to satisfy constraint/,
      input: () => ({ QueueARN: 'q', ...input }),
    }),
  ),
  ...[0, 10_001].map(
    (MaxResults): Case => ({
      operation: 'ListQueues',
      error: 'ValidationException',
      message: /at 'maxResults' failed to satisfy constraint/,
      input: () => ({ MaxResults }),
    }),
  ),
  ...[-1, 43_201].map(
    (VisibilityTimeoutSeconds): Case => ({
      operation: 'CreateQueue',
      error: 'ValidationException',
      message: /visibilityTimeoutSeconds' failed to satisfy constraint/,
      input: () => ({ ...Q, QueueAttributes: { VisibilityTimeoutSeconds } }),
    }),
  ),
  ...[0, 1_001].map(
    (MaxReceiveCount): Case => ({
      operation: 'CreateQueue',
      error: 'ValidationException',
      message: /maxReceiveCount' failed to satisfy constraint/,
      input: () => ({
        ...Q,
        QueueAttributes: { DeadLetterConfiguration: { TargetType: 'BUILT_IN', MaxReceiveCount } },
      }),
    }),
  ),
  ...names(DATA).map(
    ([operation, input]): Case => ({
      operation,
      error: INVALID,
      message: /^Queue q under account 123456789012 not ACTIVE, instead in state CREATING$/,
      input: async (fixture) => ({ QueueARN: await queueArn(fixture, 'q', true), ...input }),
    }),
  ),
  ...names({ TagResource: { Tags: { a: '1' } }, UntagResource: { TagKeys: ['a'] }, ListTagsForResource: {} }).map(
    ([operation, input]): Case => ({
      operation,
      error: NOT_FOUND,
      message: /^Queue .* not found\.$/,
      input: () => ({ ResourceARN: MISSING, ...input }),
    }),
  ),
  {
    operation: 'PutResourcePolicy',
    error: INVALID,
    message: /^ResourceARN .* is not valid/,
    input: async (fixture) => ({ ResourceARN: await queueArn(fixture), Policy: '{"Statement":[]}' }),
  },
  {
    operation: 'CreateQueue',
    error: NOT_FOUND,
    message: /^Stream missing under account/,
    input: () => ({ ...Q, StreamConfigurationList: of(`${ARN}missing`) }),
  },
  {
    operation: 'CreateQueue',
    error: INVALID,
    message: /^StreamARN .* is not valid/,
    input: () => ({ ...Q, StreamConfigurationList: of(`${ARN}a/b`) }),
  },
  {
    operation: 'CreateQueue',
    error: INVALID,
    message: /exactly one entry/,
    input: () => ({ ...Q, StreamConfigurationList: [...of(STREAM_ARN), ...of(`${ARN}active`)] }),
  },
  {
    operation: 'CreateQueue',
    error: INVALID,
    message: /not in ON_DEMAND mode/,
    input: () => ({ ...Q, StreamConfigurationList: of(`${ARN}active`) }),
  },
  {
    operation: 'CreateQueue',
    error: INVALID,
    message: /^MaxReceiveCount must be provided/,
    input: () => ({ ...Q, ...BUILT_IN }),
  },
  {
    operation: 'CreateQueue',
    error: INVALID,
    message: /^Timestamp must be provided/,
    input: () => ({ ...Q, StreamConfigurationList: of(STREAM_ARN, { Type: 'AT_TIMESTAMP' }) }),
  },
  {
    operation: 'CreateQueue',
    error: INVALID,
    message: /and for no other/,
    input: () => ({ ...Q, StreamConfigurationList: of(STREAM_ARN, { Type: 'LATEST', Timestamp: 1 }) }),
  },
  {
    operation: 'CreateQueue',
    error: INVALID,
    message: /in the future/,
    input: ({ clock }) => ({
      ...Q,
      StreamConfigurationList: of(STREAM_ARN, { Type: 'AT_TIMESTAMP', Timestamp: clock.now() + 5_000 }),
    }),
  },
  {
    operation: 'CreateQueue',
    error: INVALID,
    message: /invalid characters/,
    input: () => ({ ...Q, Tags: { 'a!': '' } }),
  },
  {
    operation: 'CreateQueue',
    error: IN_USE,
    message: /^Queue q under account 123456789012 already exists\.$/,
    async input(fixture) {
      await queueArn(fixture);
      return Q;
    },
  },
  {
    operation: 'CreateQueue',
    error: IN_USE,
    message: /CREATING/,
    input: () => ({ ...Q, StreamConfigurationList: of(`${ARN}young`) }),
  },
  {
    operation: 'CreateQueue',
    error: LIMIT,
    message: /^Stream on-demand .* has 50 consumers already\.$/,
    async input({ operations, context, run }) {
      for (let count = 0; count < 50; count++) {
        await run(operations.RegisterStreamConsumer({ StreamARN: STREAM_ARN, ConsumerName: `c${count}` }, context()));
      }
      return Q;
    },
  },
  {
    operation: 'RegisterStreamConsumer',
    error: LIMIT,
    message: /^Stream on-demand .* has 50 consumers already\.$/,
    async input(fixture) {
      const { operations, context, run } = fixture;
      await queueArn(fixture);
      for (let count = 1; count < 50; count++) {
        await run(operations.RegisterStreamConsumer({ StreamARN: STREAM_ARN, ConsumerName: `c${count}` }, context()));
      }
      return { StreamARN: STREAM_ARN, ConsumerName: 'another' };
    },
  },
  {
    operation: 'CreateQueue',
    error: LIMIT,
    message: /^5 queues are being created or deleted already\.$/,
    async input(fixture) {
      await fiveYoung(fixture);
      return Q;
    },
  },
  {
    operation: 'DeleteQueue',
    error: LIMIT,
    message: /^5 queues are being created or deleted already\.$/,
    async input(fixture) {
      const QueueARN = await queueArn(fixture);
      await fiveYoung(fixture);
      return { QueueARN };
    },
  },
  {
    operation: 'UpdateQueue',
    error: IN_USE,
    message: /^Queue q under account 123456789012 not ACTIVE, instead in state CREATING$/,
    input: async (fixture) => ({ QueueARN: await queueArn(fixture, 'q', true), QueueAttributes: {} }),
  },
  {
    operation: 'UpdateQueue',
    error: INVALID,
    message: /^MaxReceiveCount must be provided/,
    input: async (fixture) => ({ QueueARN: await queueArn(fixture), ...BUILT_IN }),
  },
  {
    operation: 'ListQueues',
    error: INVALID,
    message: /^StreamARN .* is not valid/,
    input: () => ({ StreamFilter: of(`${ARN}a/b`) }),
  },
  { operation: 'ListQueues', error: INVALID, message: /NextToken is invalid/, input: () => ({ NextToken: 'AAAA' }) },
  {
    operation: 'ListQueues',
    error: 'ExpiredNextTokenException',
    message: /expired/,
    async input(fixture) {
      const { operations, context, run, clock } = fixture;
      await queueArn(fixture, 'a');
      await queueArn(fixture, 'b');
      const { NextToken } = await run(operations.ListQueues({ MaxResults: 1 }, context()));
      await clock.advance(301_000);
      return { NextToken };
    },
  },
  {
    operation: 'ReceiveQueueRecords',
    error: 'ThrottlingException',
    message: /^Queue q has as many records in flight as it may have\.$/,
    isSpecial: true,
    settings: { queueInFlightLimit: 2 },
    async input(fixture) {
      const { operations, special, context, run } = fixture;
      const QueueARN = await queueArn(fixture);
      for (const value of ['1', '2', '3']) {
        const record = { StreamName: ON_DEMAND.name, Data: Buffer.from(value), PartitionKey: 'k' };
        await run(operations.PutRecord(record, context()));
      }
      const one = { QueueARN, Limit: 1 };
      for (let count = 1; count <= 2; count++) {
        const { QueueRecords } = await run(special.ReceiveQueueRecords(one, context()));
        if (QueueRecords.length !== 1) throw new Error('within the limit records are given');
      }
      return { QueueARN };
    },
  },
  {
    operation: 'DeleteStream',
    error: IN_USE,
    message: /^Cannot delete stream on-demand under account 123456789012: it has queues\.$/,
    async input(fixture) {
      await queueArn(fixture);
      return { StreamName: ON_DEMAND.name, EnforceConsumerDeletion: true };
    },
  },
  {
    operation: 'UpdateStreamMode',
    error: IN_USE,
    message: /^Stream on-demand .* has queues, which need ON_DEMAND mode\.$/,
    async input(fixture) {
      await queueArn(fixture);
      return { StreamARN: STREAM_ARN, StreamModeDetails: { StreamMode: 'PROVISIONED' } };
    },
  },
];
