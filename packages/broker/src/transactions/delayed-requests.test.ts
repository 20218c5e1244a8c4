import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { PRODUCE, produceInput } from '../testing/requests.ts';
import {
  ADD_OFFSETS,
  ADD_PARTITIONS,
  END_TXN,
  INIT_PRODUCER_ID,
  TXN_OFFSET_COMMIT,
} from '../testing/transaction-kinds.ts';
import { openTransactionScene, type Producer, type TransactionScene } from '../testing/transaction-scene.ts';

type Ask = (scene: TransactionScene, by: Producer) => Promise<number>;

const addPartition =
  (partition: number): Ask =>
  async ({ client }, { transactionalId, producerId, producerEpoch }) => {
    const { resultsByTopicV3AndBelow } = await client.ask(ADD_PARTITIONS, 3, {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: [{ name: 'orders', partitions: [partition] }],
    });
    return resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode ?? 0;
  };

const write =
  (version: number, partition: number): Ask =>
  async ({ client }, { transactionalId, producerId, producerEpoch }) => {
    const batch = { producerId, producerEpoch, baseSequence: 0, isTransactional: true };
    const input = { ...produceInput(['value'], { partition, batch }), transactionalId };
    const { responses } = await client.ask(PRODUCE, version, input);
    return responses[0]?.partitionResponses[0]?.errorCode ?? 0;
  };

const addOffsets: Ask = async ({ client }, by) =>
  (await client.ask(ADD_OFFSETS, 4, { ...by, groupId: 'readers' })).errorCode;

const commitOffsets =
  (version: number): Ask =>
  async ({ client }, by) => {
    const partitions = [{ partitionIndex: 0, committedOffset: 7, committedMetadata: '' }];
    const input = { ...by, groupId: 'readers', topics: [{ name: 'orders', partitions }] };
    const { topics } = await client.ask(TXN_OFFSET_COMMIT, version, input);
    return topics[0]?.partitions[0]?.errorCode ?? 0;
  };

const end =
  (version: number, committed: boolean): Ask =>
  async ({ client }, by) =>
    (await client.ask(END_TXN, version, { ...by, committed })).errorCode;

/** A transaction of version 1, and how its producer goes on when its answers were lost: it asks who it is (KIP-360). */
async function firstOfVersion1(scene: TransactionScene, by: Producer): Promise<Producer> {
  assert.equal(await addPartition(0)(scene, by), ErrorCode.NONE);
  assert.equal(await write(11, 0)(scene, by), ErrorCode.NONE);
  const { transactionalId, ...known } = by;
  const asked = { transactionalId, transactionTimeoutMs: 60_000, ...known };
  const { producerId, producerEpoch } = await scene.client.ask(INIT_PRODUCER_ID, 5, asked);
  const next = { transactionalId, producerId, producerEpoch };
  assert.equal(await addPartition(1)(scene, next), ErrorCode.NONE);
  return next;
}

/** The same of version 2: the end of its first transaction gives it the next epoch. */
async function firstOfVersion2(scene: TransactionScene, by: Producer): Promise<Producer> {
  assert.equal(await write(12, 0)(scene, by), ErrorCode.NONE);
  const { producerId, producerEpoch } = await scene.client.ask(END_TXN, 5, { ...by, committed: true });
  return { ...by, producerId, producerEpoch };
}

/** RELIABILITY: a request that the network held back while its producer went on to the next transaction. */
describe('delayed requests (I7)', () => {
  for (const [name, first, produceVersion, commitVersion, endVersion] of [
    ['version 1', firstOfVersion1, 11, 3, 4],
    ['version 2', firstOfVersion2, 12, 5, 5],
  ] as const) {
    test(`of transactions ${name} are fenced, and the next transaction is as it was`, async () => {
      await using scene = await openTransactionScene();
      const next = await first(scene, scene.empty);
      assert.equal(next.producerEpoch, scene.empty.producerEpoch + 1);
      assert.equal(await write(produceVersion, 1)(scene, next), ErrorCode.NONE);
      const earlier = await scene.state();
      for (const [what, late, expected] of [
        ['delayed AddPartitions', addPartition(0), ErrorCode.PRODUCER_FENCED],
        ['delayed AddOffsets', addOffsets, ErrorCode.PRODUCER_FENCED],
        ['delayed EndTxn, commit', end(endVersion, true), ErrorCode.PRODUCER_FENCED],
        ['delayed EndTxn, abort', end(endVersion, false), ErrorCode.PRODUCER_FENCED],
        ['delayed TxnOffsetCommit', commitOffsets(commitVersion), ErrorCode.INVALID_PRODUCER_EPOCH],
        ['delayed Produce, to the partition of then', write(produceVersion, 0), ErrorCode.INVALID_PRODUCER_EPOCH],
        ['delayed Produce, to the partition of now', write(produceVersion, 1), ErrorCode.INVALID_PRODUCER_EPOCH],
      ] as const) {
        assert.equal(await late(scene, scene.empty), expected, what);
        assert.deepEqual(await scene.state(), earlier, what);
      }
      assert.equal(await end(endVersion, true)(scene, next), ErrorCode.NONE);
    });
  }
});
