import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AddOffsetsToTxnRequestInput } from '@sluice/protocol/generated/messages/add-offsets-to-txn-request';
import type { EndTxnRequestInput } from '@sluice/protocol/generated/messages/end-txn-request';
import type { InitProducerIdRequestInput } from '@sluice/protocol/generated/messages/init-producer-id-request';
import type { ListTransactionsRequestInput } from '@sluice/protocol/generated/messages/list-transactions-request';
import { ELEMENT_COUNT_MAX } from '@sluice/protocol/reader';
import { shared, table } from '../testing/bad-input-table.ts';
import { rawFrame } from '../testing/raw-frame.ts';
import {
  ADD_OFFSETS,
  ADD_PARTITIONS,
  DESCRIBE_PRODUCERS,
  DESCRIBE_TRANSACTIONS,
  END_TXN,
  INIT_PRODUCER_ID,
  LIST_TRANSACTIONS,
} from '../testing/transaction-kinds.ts';
import { openTransactionScene, type Producer, type TransactionScene } from '../testing/transaction-scene.ts';

type Versioned<Input> = Partial<Input> & { readonly version?: number };

const longText = 'x'.repeat(32_767);
const many = Array.from({ length: 100_000 }, (_, index) => index + 2);
const lastEpoch = 32_767;
const stranger = { producerId: 123_456 };
const nobody = { transactionalId: 'nobody' };

describe('bad input about transactions', () => {
  const scene = shared(openTransactionScene);

  const init = async ({ client }: TransactionScene, { version = 5, ...input }: Versioned<InitProducerIdRequestInput>) =>
    (await client.ask(INIT_PRODUCER_ID, version, { transactionalId: 'open', transactionTimeoutMs: 60_000, ...input }))
      .errorCode;
  table<Versioned<InitProducerIdRequestInput>, TransactionScene>('InitProducerId', scene, init, [
    ['no transactional id', { transactionalId: '' }, 'INVALID_REQUEST'],
    ['a timeout of zero', { transactionTimeoutMs: 0 }, 'INVALID_TRANSACTION_TIMEOUT'],
    ['a timeout below zero', { transactionTimeoutMs: -1 }, 'INVALID_TRANSACTION_TIMEOUT'],
    ['a timeout past the maximum', { transactionTimeoutMs: 900_001 }, 'INVALID_TRANSACTION_TIMEOUT'],
    ['the longest timeout', { transactionTimeoutMs: 2_147_483_647 }, 'INVALID_TRANSACTION_TIMEOUT'],
    ['an epoch alone', { producerEpoch: 3 }, 'INVALID_REQUEST'],
    ['a producer id alone', { producerId: 3 }, 'INVALID_REQUEST'],
    ['another producer id', { ...stranger, producerEpoch: 0 }, 'PRODUCER_FENCED'],
    ['the same before version 4', { version: 3, ...stranger, producerEpoch: 0 }, 'INVALID_PRODUCER_EPOCH'],
    ['a producer id below zero', { producerId: -5, producerEpoch: 0 }, 'PRODUCER_FENCED'],
    ['an epoch below zero', ({ empty }) => ({ ...empty, producerEpoch: -2 }), 'PRODUCER_FENCED'],
    ['an epoch to come', ({ empty }) => ({ ...empty, producerEpoch: 1 }), 'PRODUCER_FENCED'],
    ['the last epoch', ({ empty }) => ({ ...empty, producerEpoch: lastEpoch }), 'PRODUCER_FENCED'],
  ]);

  type Adding = Versioned<Producer> & { readonly topic?: string; readonly partitions?: readonly number[] };
  const addPartitions = async (
    { client, empty }: TransactionScene,
    { version = 3, topic = 'orders', partitions = [0], ...by }: Adding,
  ) => {
    const { transactionalId, producerId, producerEpoch } = { ...empty, ...by };
    const topics = [{ name: topic, partitions: [...partitions] }];
    const { resultsByTopicV3AndBelow, resultsByTransaction } = await client.ask(
      ADD_PARTITIONS,
      version,
      version < 4
        ? {
            v3AndBelowTransactionalId: transactionalId,
            v3AndBelowProducerId: producerId,
            v3AndBelowProducerEpoch: producerEpoch,
            v3AndBelowTopics: topics,
          }
        : { transactions: [{ transactionalId, producerId, producerEpoch, verifyOnly: false, topics }] },
    );
    const [result] = version < 4 ? resultsByTopicV3AndBelow : (resultsByTransaction[0]?.topicResults ?? []);
    assert.equal(result?.resultsByPartition.length, partitions.length);
    return result?.resultsByPartition.at(-1)?.partitionErrorCode ?? 0;
  };
  for (const version of [0, 3, 4, 5]) {
    const bumped = version < 2 ? 'INVALID_PRODUCER_EPOCH' : 'PRODUCER_FENCED';
    table<Adding, TransactionScene>(`AddPartitionsToTxn ${version}`, scene, addPartitions, [
      ['an unknown transactional id', { version, ...nobody }, 'INVALID_PRODUCER_ID_MAPPING'],
      ['no transactional id', { version, transactionalId: '' }, 'INVALID_REQUEST'],
      ['one as long as a text may be', { version, transactionalId: longText }, 'INVALID_PRODUCER_ID_MAPPING'],
      ['another producer id', { version, ...stranger }, 'INVALID_PRODUCER_ID_MAPPING'],
      ['no producer id', { version, producerId: -1 }, 'INVALID_PRODUCER_ID_MAPPING'],
      ['an epoch to come', { version, producerEpoch: 1 }, bumped],
      ['no epoch', { version, producerEpoch: -1 }, bumped],
      ['an epoch below zero', { version, producerEpoch: -5 }, bumped],
      ['the last epoch', { version, producerEpoch: lastEpoch }, bumped],
      ['an unknown topic', { version, topic: 'missing' }, 'UNKNOWN_TOPIC_OR_PARTITION'],
      ['a topic without a name', { version, topic: '' }, 'UNKNOWN_TOPIC_OR_PARTITION'],
      ['an unknown partition', { version, partitions: [2] }, 'UNKNOWN_TOPIC_OR_PARTITION'],
      ['a partition below zero', { version, partitions: [-1] }, 'UNKNOWN_TOPIC_OR_PARTITION'],
      ['one that is there, behind one that is not', { version, partitions: [2, 0] }, 'OPERATION_NOT_ATTEMPTED'],
    ]);
  }
  table<Adding, TransactionScene>('AddPartitionsToTxn of many', scene, addPartitions, [
    ['a hundred thousand partitions', { partitions: many }, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['a hundred thousand partitions in a batch', { version: 4, partitions: many }, 'UNKNOWN_TOPIC_OR_PARTITION'],
  ]);

  const addOffsets = async (
    { client, empty }: TransactionScene,
    { version = 4, ...input }: Versioned<AddOffsetsToTxnRequestInput>,
  ) => (await client.ask(ADD_OFFSETS, version, { ...empty, groupId: 'readers', ...input })).errorCode;
  table<Versioned<AddOffsetsToTxnRequestInput>, TransactionScene>('AddOffsetsToTxn', scene, addOffsets, [
    ['an unknown transactional id', nobody, 'INVALID_PRODUCER_ID_MAPPING'],
    ['no transactional id', { transactionalId: '' }, 'INVALID_REQUEST'],
    ['one as long as a text may be', { transactionalId: longText }, 'INVALID_PRODUCER_ID_MAPPING'],
    ['another producer id', stranger, 'INVALID_PRODUCER_ID_MAPPING'],
    ['no producer id', { producerId: -1 }, 'INVALID_PRODUCER_ID_MAPPING'],
    ['an epoch to come', { producerEpoch: 1 }, 'PRODUCER_FENCED'],
    ['the same before version 2', { version: 1, producerEpoch: 1 }, 'INVALID_PRODUCER_EPOCH'],
    ['no epoch', { producerEpoch: -1 }, 'PRODUCER_FENCED'],
    ['an epoch below zero', { producerEpoch: -5 }, 'PRODUCER_FENCED'],
    ['the last epoch', { producerEpoch: lastEpoch }, 'PRODUCER_FENCED'],
  ]);

  const end = async ({ client, open }: TransactionScene, { version = 5, ...input }: Versioned<EndTxnRequestInput>) =>
    (await client.ask(END_TXN, version, { ...open, committed: true, ...input })).errorCode;
  table<Versioned<EndTxnRequestInput>, TransactionScene>('EndTxn', scene, end, [
    ['an unknown transactional id', nobody, 'INVALID_PRODUCER_ID_MAPPING'],
    ['no transactional id', { transactionalId: '' }, 'INVALID_REQUEST'],
    ['one as long as a text may be', { transactionalId: longText }, 'INVALID_PRODUCER_ID_MAPPING'],
    ['another producer id', stranger, 'INVALID_PRODUCER_ID_MAPPING'],
    ['no producer id', { producerId: -1 }, 'INVALID_PRODUCER_ID_MAPPING'],
    ['an epoch to come', { producerEpoch: 1 }, 'PRODUCER_FENCED'],
    ['the same before version 2', { version: 1, producerEpoch: 1 }, 'INVALID_PRODUCER_EPOCH'],
    ['no epoch', { producerEpoch: -1 }, 'PRODUCER_FENCED'],
    ['an epoch below zero', { producerEpoch: -5 }, 'PRODUCER_FENCED'],
    ['the last epoch', { producerEpoch: lastEpoch }, 'PRODUCER_FENCED'],
    ['a commit of nothing', ({ empty }) => empty, 'INVALID_TXN_STATE'],
    [
      'an abort of nothing before version 5',
      ({ empty }) => ({ ...empty, version: 4, committed: false }),
      'INVALID_TXN_STATE',
    ],
  ]);

  const list = async (
    { client }: TransactionScene,
    { version = 2, ...input }: Versioned<ListTransactionsRequestInput>,
  ) => (await client.ask(LIST_TRANSACTIONS, version, { stateFilters: [], producerIdFilters: [], ...input })).errorCode;
  table<Versioned<ListTransactionsRequestInput>, TransactionScene>('ListTransactions', scene, list, [
    ['a pattern that is none', { transactionalIdPattern: '(' }, 'INVALID_REGULAR_EXPRESSION'],
    ['a repetition of nothing', { transactionalIdPattern: '*' }, 'INVALID_REGULAR_EXPRESSION'],
    ['counts within counts', { transactionalIdPattern: '((o{100}){100}){100}' }, 'INVALID_REGULAR_EXPRESSION'],
    ['counts past the limit', { transactionalIdPattern: 'o{1001}' }, 'INVALID_REGULAR_EXPRESSION'],
    ['a pattern as long as a text may be', { transactionalIdPattern: longText }, 'INVALID_REGULAR_EXPRESSION'],
    ['a thousand open brackets', { transactionalIdPattern: '('.repeat(1000) }, 'INVALID_REGULAR_EXPRESSION'],
    ['a reference backwards', { transactionalIdPattern: '(.)\\1' }, 'INVALID_REGULAR_EXPRESSION'],
    ['a look ahead', { transactionalIdPattern: '(?=o).*' }, 'INVALID_REGULAR_EXPRESSION'],
    ['repetitions within repetitions', { transactionalIdPattern: '(o+)+$' }, 'NONE'],
    ['states that nobody knows', { stateFilters: ['', 'Gone', longText] }, 'NONE'],
    ['a hundred thousand producer ids', { producerIdFilters: many }, 'NONE'],
    ['a duration below zero', { durationFilter: -7 }, 'NONE'],
  ]);

  const describeIt = async ({ client }: TransactionScene, transactionalId: string) => {
    const { transactionStates } = await client.ask(DESCRIBE_TRANSACTIONS, 0, { transactionalIds: [transactionalId] });
    return transactionStates[0]?.errorCode ?? 0;
  };
  table<string, TransactionScene>('DescribeTransactions', scene, describeIt, [
    ['an unknown transactional id', 'nobody', 'TRANSACTIONAL_ID_NOT_FOUND'],
    ['no transactional id', '', 'INVALID_REQUEST'],
    ['one as long as a text may be', longText, 'TRANSACTIONAL_ID_NOT_FOUND'],
  ]);

  const describeProducers = async (
    { client }: TransactionScene,
    { name = 'orders', partitions = [0] }: { readonly name?: string; readonly partitions?: readonly number[] },
  ) => {
    const { topics } = await client.ask(DESCRIBE_PRODUCERS, 0, {
      topics: [{ name, partitionIndexes: [...partitions] }],
    });
    return topics[0]?.partitions.at(-1)?.errorCode ?? 0;
  };
  table<{ readonly name?: string; readonly partitions?: readonly number[] }, TransactionScene>(
    'DescribeProducers',
    scene,
    describeProducers,
    [
      ['an unknown topic', { name: 'missing' }, 'UNKNOWN_TOPIC_OR_PARTITION'],
      ['a topic without a name', { name: '' }, 'INVALID_TOPIC_EXCEPTION'],
      ['a name that no topic can have', { name: 'n'.repeat(250) }, 'INVALID_TOPIC_EXCEPTION'],
      ['an unknown partition', { partitions: [2] }, 'UNKNOWN_TOPIC_OR_PARTITION'],
      ['a partition below zero', { partitions: [-1] }, 'UNKNOWN_TOPIC_OR_PARTITION'],
      ['a hundred thousand partitions', { partitions: many }, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ],
  );

  describe('counts that the frame has no room for', () => {
    const billions = 'ffffffff0f';
    for (const [api, key, version, body] of [
      ['AddPartitionsToTxn 0', 24, 0, `00036f7065${'00'.repeat(8)}00007fffffff`],
      ['AddPartitionsToTxn 4', 24, 4, billions],
      ['WriteTxnMarkers', 27, 1, billions],
      ['TxnOffsetCommit', 28, 0, `00036f706500036f7065${'00'.repeat(8)}00007fffffff`],
      ['DescribeProducers', 61, 0, billions],
      ['DescribeTransactions', 65, 0, billions],
      ['ListTransactions', 66, 2, billions],
    ] as const) {
      test(`${api}: the connection is closed`, async () => {
        const { broker, state } = scene();
        const earlier = await state();
        const client = await broker.connect();
        client.send(rawFrame(key, version, Buffer.from(body, 'hex')));
        await client.closed;
        assert.deepEqual(await state(), earlier);
        assert.deepEqual(broker.failures, []);
      });
    }
  });

  test('more partitions than a request may have: the connection is closed', async () => {
    const { broker, state } = scene();
    const earlier = await state();
    const client = await broker.connect();
    client.tell(DESCRIBE_PRODUCERS.request, 0, {
      topics: [{ name: 'orders', partitionIndexes: Array.from({ length: ELEMENT_COUNT_MAX }, () => 0) }],
    });
    await client.closed;
    assert.deepEqual(await state(), earlier);
  });
});
