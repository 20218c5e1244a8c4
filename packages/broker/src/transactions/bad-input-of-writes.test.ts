import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TxnOffsetCommitRequestInput } from '@sluice/protocol/generated/messages/txn-offset-commit-request';
import type { WritableTxnMarkerInput } from '@sluice/protocol/generated/messages/write-txn-markers-request';
import type { BatchOptions } from '@sluice/protocol/records/build-batch';
import { shared, table } from '../testing/bad-input-table.ts';
import { rawFrame } from '../testing/raw-frame.ts';
import { PRODUCE, type ProduceOptions, produceInput } from '../testing/requests.ts';
import { DESCRIBE_PRODUCERS, TXN_OFFSET_COMMIT, WRITE_MARKERS } from '../testing/transaction-kinds.ts';
import { openTransactionScene, type Producer, type TransactionScene } from '../testing/transaction-scene.ts';

type Versioned<Input> = Partial<Input> & { readonly version?: number };

const longText = 'x'.repeat(32_767);
const many = Array.from({ length: 100_000 }, (_, index) => index + 2);
const lastEpoch = 32_767;
const stranger = { producerId: 123_456 };
const nobody = { transactionalId: 'nobody' };

describe('bad input about what is written in transactions', () => {
  const scene = shared(openTransactionScene);

  type Marking = Partial<WritableTxnMarkerInput> & { readonly version?: number };
  const mark = async ({ client, open }: TransactionScene, { version = 1, ...more }: Marking) => {
    const right = { ...open, transactionResult: true, coordinatorEpoch: 0, topics: ordersAt([0]) };
    const { markers } = await client.ask(WRITE_MARKERS, version, { markers: [{ ...right, ...more }] });
    return markers[0]?.topics[0]?.partitions.at(-1)?.errorCode ?? 0;
  };
  table<Marking, TransactionScene>('WriteTxnMarkers', scene, mark, [
    ['an unknown partition', { topics: ordersAt([2]) }, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['a partition below zero', { topics: ordersAt([-1]) }, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['an unknown topic', { topics: ordersAt([0], 'missing') }, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['a topic without a name', { topics: ordersAt([0], '') }, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['a hundred thousand partitions', { topics: ordersAt(many) }, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['no epoch', { producerEpoch: -1 }, 'UNKNOWN_SERVER_ERROR'],
    ['an epoch below zero', { producerEpoch: -5 }, 'INVALID_PRODUCER_EPOCH'],
    ['a transaction version below zero', { version: 2, transactionVersion: -1 }, 'UNKNOWN_SERVER_ERROR'],
    ['an epoch that has not risen', { version: 2, transactionVersion: 2 }, 'INVALID_PRODUCER_EPOCH'],
    ['no partitions', { topics: [] }, 'NONE'],
  ]);

  const commit = async (
    { client, empty }: TransactionScene,
    { version = 5, ...input }: Versioned<TxnOffsetCommitRequestInput>,
  ) => {
    const right = { ...empty, groupId: 'readers', topics: offsetsAt({}) };
    const { topics } = await client.ask(TXN_OFFSET_COMMIT, version, { ...right, ...input });
    return topics[0]?.partitions.at(-1)?.errorCode ?? 0;
  };
  table<Versioned<TxnOffsetCommitRequestInput>, TransactionScene>('TxnOffsetCommit', scene, commit, [
    ['an unknown transactional id', nobody, 'INVALID_PRODUCER_ID_MAPPING'],
    ['no transactional id', { transactionalId: '' }, 'INVALID_REQUEST'],
    ['one as long as a text may be', { transactionalId: longText }, 'INVALID_PRODUCER_ID_MAPPING'],
    ['another producer id', stranger, 'INVALID_PRODUCER_ID_MAPPING'],
    ['no producer id', { producerId: -1 }, 'INVALID_PRODUCER_ID_MAPPING'],
    ['an epoch to come', { producerEpoch: 1 }, 'INVALID_PRODUCER_EPOCH'],
    ['no epoch', { producerEpoch: -1 }, 'INVALID_PRODUCER_EPOCH'],
    ['an epoch below zero', { producerEpoch: -5 }, 'INVALID_PRODUCER_EPOCH'],
    ['the last epoch', { producerEpoch: lastEpoch }, 'INVALID_PRODUCER_EPOCH'],
    ['no group id', { groupId: '' }, 'INVALID_GROUP_ID'],
    ['no group id, before it brings the group in', { version: 3, groupId: '' }, 'INVALID_GROUP_ID'],
    ['a group that is not in the transaction', { version: 3 }, 'INVALID_TXN_STATE'],
    ['the same in version 4', { version: 4 }, 'TRANSACTION_ABORTABLE'],
    ['an unknown partition', { topics: offsetsAt({ partitionIndex: 2 }) }, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['a partition below zero', { topics: offsetsAt({ partitionIndex: -1 }) }, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['an unknown topic', { topics: offsetsAt({}, 'missing') }, 'UNKNOWN_TOPIC_OR_PARTITION'],
    [
      'a hundred thousand partitions of an unknown topic',
      { topics: [{ name: 'missing', partitions: many.map((partitionIndex) => offsetAt({ partitionIndex })) }] },
      'UNKNOWN_TOPIC_OR_PARTITION',
    ],
    [
      'a member of a group without one',
      ({ open }) => ({ ...open, version: 3, memberId: 'm', generationId: 1 }),
      'UNKNOWN_MEMBER_ID',
    ],
    [
      'metadata past the limit',
      ({ open }) => ({ ...open, version: 3, topics: offsetsAt({ committedMetadata: 'x'.repeat(4097) }) }),
      'OFFSET_METADATA_TOO_LARGE',
    ],
    [
      'metadata as long as a text may be',
      ({ open }) => ({ ...open, version: 3, topics: offsetsAt({ committedMetadata: longText }) }),
      'OFFSET_METADATA_TOO_LARGE',
    ],
  ]);

  type Writing = Versioned<Producer> & { readonly to?: ProduceOptions; readonly batch?: BatchOptions };
  const write = async ({ client, open }: TransactionScene, { version = 12, to, batch, ...by }: Writing) => {
    const { transactionalId, ...producer } = { ...open, ...by };
    const right = { ...producer, baseSequence: 2, isTransactional: true };
    const input = produceInput(['three'], { ...to, batch: { ...right, ...batch } });
    const { responses } = await client.ask(PRODUCE, version, { ...input, transactionalId: transactionalId ?? null });
    return responses[0]?.partitionResponses[0]?.errorCode ?? 0;
  };
  table<Writing, TransactionScene>('Produce', scene, write, [
    ['an unknown transactional id', ({ empty }) => ({ ...empty, ...nobody }), 'INVALID_PRODUCER_ID_MAPPING'],
    ['no transactional id', ({ empty }) => ({ ...empty, transactionalId: '' }), 'INVALID_REQUEST'],
    ['another producer id', stranger, 'INVALID_PRODUCER_ID_MAPPING'],
    ['no producer id', { producerId: -1 }, 'INVALID_PRODUCER_ID_MAPPING'],
    ['an epoch to come', { producerEpoch: 1 }, 'INVALID_PRODUCER_EPOCH'],
    ['no epoch', { producerEpoch: -1 }, 'INVALID_PRODUCER_EPOCH'],
    ['an epoch below zero', { producerEpoch: -5 }, 'INVALID_PRODUCER_EPOCH'],
    ['the last epoch', { producerEpoch: lastEpoch }, 'INVALID_PRODUCER_EPOCH'],
    ['no sequence', { batch: { baseSequence: -1 } }, 'INVALID_RECORD'],
    ['a sequence below zero', { batch: { baseSequence: -5 } }, 'INVALID_RECORD'],
    ['a sequence after a gap', { batch: { baseSequence: 9 } }, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
    ['a partition that was not added', ({ empty }) => ({ ...empty, version: 10 }), 'INVALID_TXN_STATE'],
    ['the same in version 11', ({ empty }) => ({ ...empty, version: 11 }), 'TRANSACTION_ABORTABLE'],
    ['an unknown partition', { to: { partition: 2 } }, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['a partition below zero', { to: { partition: -1 } }, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['an unknown topic', { to: { topic: 'missing' } }, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['a number of acks that nobody knows', { to: { acks: 7 } }, 'INVALID_REQUIRED_ACKS'],
  ]);

  test('a marker whose result is neither of the two is a commit, as any number but 0', async () => {
    const { broker, open, client } = scene();
    const raw = await broker.connect();
    const marker = Buffer.alloc(11);
    marker.writeBigInt64BE(BigInt(open.producerId));
    marker.writeInt16BE(open.producerEpoch, 8);
    marker.writeInt8(2, 10);
    const topic = Buffer.concat([Buffer.of(2, 7), Buffer.from('orders'), Buffer.from('020000000000', 'hex')]);
    raw.send(rawFrame(27, 1, Buffer.concat([Buffer.of(2), marker, topic, Buffer.from('000000000000', 'hex')])));
    assert.notEqual(await raw.nextFrame(), undefined);
    const { topics } = await client.ask(DESCRIBE_PRODUCERS, 0, { topics: [{ name: 'orders', partitionIndexes: [0] }] });
    assert.equal(topics[0]?.partitions[0]?.activeProducers[0]?.currentTxnStartOffset, -1);
  });
});

function ordersAt(partitionIndexes: readonly number[], name = 'orders') {
  return [{ name, partitionIndexes: [...partitionIndexes] }];
}

function offsetAt(more: object) {
  return { partitionIndex: 0, committedOffset: 9, committedMetadata: '', ...more };
}

function offsetsAt(more: object, name = 'orders') {
  return [{ name, partitions: [offsetAt(more)] }];
}
