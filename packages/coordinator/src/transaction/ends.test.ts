import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { onNth } from '@sluice/kernel/sim/faults';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import {
  openTransactions,
  partitionsOf,
  TRANSACTIONAL_ID,
  type TransactionFixture,
} from '../testing/transaction-fixture.ts';

/** With a transaction open over `orders` 0. */
async function ongoing(
  clientVersion: 0 | 2 = 2,
): Promise<TransactionFixture & { producer: { producerId: number; producerEpoch: number } }> {
  const fixture = await openTransactions();
  const producer = await fixture.init();
  assert.equal(await fixture.add(producer, { orders: [0] }, clientVersion), ErrorCode.NONE);
  return Object.assign(fixture, { producer });
}

describe('partitions', () => {
  test('come in once; those that are there already cost nothing', async () => {
    const { add, producer, log, describe: shown } = await ongoing();
    await add(producer, { orders: [1], payments: [0] });
    const { logEndOffset } = log;
    assert.equal(await add(producer, { orders: [0, 1] }), ErrorCode.NONE);
    assert.equal(log.logEndOffset, logEndOffset);
    assert.deepEqual((await shown()).topics, [
      { topic: 'orders', partitions: [0, 1] },
      { topic: 'payments', partitions: [0] },
    ]);
  });

  test('of others: INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED', async () => {
    const { add, producer, coordinator } = await ongoing();
    assert.equal(await add({ ...producer, producerId: 7 }, { orders: [0] }), ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    assert.equal(await add({ ...producer, producerEpoch: 9 }, { orders: [0] }), ErrorCode.PRODUCER_FENCED);
    const asked = { ...producer, partitions: partitionsOf({ orders: [0] }), clientVersion: 2 } as const;
    assert.equal(await coordinator.addPartitions('nobody', asked), ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    assert.equal(await coordinator.addPartitions('', asked), ErrorCode.INVALID_REQUEST);
  });

  test('are verified one by one: TRANSACTION_ABORTABLE for one that is not in the transaction', async () => {
    const { producer, coordinator } = await ongoing();
    const asked = { ...producer, partitions: partitionsOf({ orders: [0, 1] }), clientVersion: 0 } as const;
    const errorCodeOf = await coordinator.verifyPartitions(TRANSACTIONAL_ID, asked);
    assert.equal(errorCodeOf('orders', 0), ErrorCode.NONE);
    assert.equal(errorCodeOf('orders', 1), ErrorCode.TRANSACTION_ABORTABLE);
    const fenced = await coordinator.verifyPartitions(TRANSACTIONAL_ID, { ...asked, producerEpoch: 5 });
    assert.equal(fenced('orders', 0), ErrorCode.PRODUCER_FENCED);
  });
});

describe('the end of a transaction', () => {
  for (const clientVersion of [0, 2] as const) {
    for (const isCommit of [true, false]) {
      test(`${isCommit ? 'commit' : 'abort'}, transactions v${clientVersion === 0 ? 1 : 2}: markers go to every partition`, async () => {
        const { add, end, producer, markers, settle, describe: shown } = await ongoing(clientVersion);
        await add(producer, { payments: [2, 3] }, clientVersion);
        const ended = await end(producer, isCommit, clientVersion);
        await settle();
        const producerEpoch = clientVersion === 2 ? 1 : 0;
        assert.deepEqual(ended, {
          errorCode: 0,
          producerId: clientVersion === 2 ? producer.producerId : -1,
          producerEpoch: clientVersion === 2 ? 1 : -1,
        });
        assert.deepEqual(markers, [
          {
            producerId: producer.producerId,
            producerEpoch,
            coordinatorEpoch: 0,
            isCommit,
            transactionVersion: clientVersion,
            partitions: partitionsOf({ orders: [0], payments: [2, 3] }),
          },
        ]);
        assert.equal((await shown()).transactionState, isCommit ? 'CompleteCommit' : 'CompleteAbort');
        assert.deepEqual((await shown()).topics, []);
      });
    }
  }

  test('no marker leaves before the decision is durable', async () => {
    const { end, producer, markers, disk, settle } = await ongoing();
    disk.inject(onNth('sync', 1, { kind: 'fail', tag: 'io' }));
    const ended = await end(producer, true);
    await settle();
    assert.equal(ended.errorCode, ErrorCode.NOT_COORDINATOR);
    assert.deepEqual(markers, []);
  });

  test('a second try is answered as the first; the other way round it is INVALID_TXN_STATE', async () => {
    for (const clientVersion of [0, 2] as const) {
      const { end, producer, settle } = await ongoing(clientVersion);
      const ended = await end(producer, true, clientVersion);
      assert.deepEqual(await end(producer, true, clientVersion), ended);
      await settle();
      assert.deepEqual(await end(producer, true, clientVersion), ended);
      assert.equal((await end(producer, false, clientVersion)).errorCode, ErrorCode.INVALID_TXN_STATE);
    }
  });

  test('with nothing in it: transactions v1 cannot, v2 can only abort, and its epoch rises', async () => {
    const { init, end, settle, describe: shown } = await openTransactions();
    const producer = await init();
    assert.equal((await end(producer, true, 0)).errorCode, ErrorCode.INVALID_TXN_STATE);
    assert.equal((await end(producer, false, 0)).errorCode, ErrorCode.INVALID_TXN_STATE);
    assert.equal((await end(producer, true)).errorCode, ErrorCode.INVALID_TXN_STATE);
    const aborted = await end(producer, false);
    assert.deepEqual(aborted, { errorCode: 0, producerId: producer.producerId, producerEpoch: 1 });
    await settle();
    assert.equal((await shown()).transactionState, 'CompleteAbort');
  });

  test('one that is late hits only its own transaction (I7)', async () => {
    const { add, end, producer, describe: shown } = await ongoing();
    const next = await end(producer, true);
    await add(next, { orders: [0] });
    assert.equal((await end(producer, false)).errorCode, ErrorCode.PRODUCER_FENCED);
    assert.equal(await add(producer, { orders: [5] }), ErrorCode.PRODUCER_FENCED);
    assert.equal((await shown()).transactionState, 'Ongoing');
  });

  test('of an id that nobody has: INVALID_PRODUCER_ID_MAPPING', async () => {
    const { end } = await openTransactions();
    const nobody = { producerId: 1, producerEpoch: 0 };
    assert.equal((await end(nobody, true)).errorCode, ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    assert.equal((await end(nobody, true, 0)).errorCode, ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  });
});

describe('markers', () => {
  test('that a restart lost are written afterwards', async () => {
    const { end, producer, markers, answerMarkers, reload, settle, describe: shown } = await ongoing();
    answerMarkers(undefined);
    await end(producer, true);
    assert.equal(markers.length, 1);
    await reload();
    assert.equal(markers.length, 2);
    assert.deepEqual({ ...markers[1], coordinatorEpoch: 0 }, markers[0]);
    answerMarkers(ErrorCode.NONE);
    await settle();
    assert.equal((await shown()).transactionState, 'CompleteCommit');
  });

  test('are tried again until the partition takes them; meanwhile the next transaction waits', async () => {
    const { add, end, producer, markers, answerMarkers, clock, describe: shown } = await ongoing();
    answerMarkers(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    const next = await end(producer, true);
    const added = add(next, { orders: [0] });
    await clock.advance(100);
    assert.equal((await shown()).transactionState, 'PrepareCommit');
    assert(markers.length > 1);
    answerMarkers(ErrorCode.NONE);
    await clock.advance(200);
    assert.equal(await added, ErrorCode.NONE);
    assert.equal((await shown()).transactionState, 'Ongoing');
  });

  test('of a topic that is gone need not be written', async () => {
    const { end, producer, answerMarkers, settle, describe: shown } = await ongoing();
    answerMarkers(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    await end(producer, true);
    await settle();
    assert.equal((await shown()).transactionState, 'CompleteCommit');
  });

  test('of a coordinator that was replaced are not tried again', async () => {
    const { end, producer, answerMarkers, clock, markers, describe: shown } = await ongoing();
    answerMarkers(ErrorCode.TRANSACTION_COORDINATOR_FENCED);
    await end(producer, true);
    await clock.advance(5_000);
    assert.equal(markers.length, 1);
    assert.equal((await shown()).transactionState, 'PrepareCommit');
  });

  test('too many who wait for them: CONCURRENT_TRANSACTIONS at once', async () => {
    const { add, end, producer, answerMarkers, clock } = await ongoing();
    answerMarkers(undefined);
    const next = await end(producer, true);
    const added = Array.from({ length: 9 }, () => add(next, { orders: [0] }));
    assert.equal(await added[8], ErrorCode.CONCURRENT_TRANSACTIONS);
    answerMarkers(ErrorCode.NONE);
    await clock.settle();
    assert.deepEqual(await Promise.all(added.slice(0, 8)), Array(8).fill(ErrorCode.NONE));
  });
});

describe('what is shown', () => {
  test('of an id that nobody has: TRANSACTIONAL_ID_NOT_FOUND', async () => {
    const { describe: shown } = await openTransactions();
    assert.equal((await shown()).errorCode, ErrorCode.TRANSACTIONAL_ID_NOT_FOUND);
  });

  test('by state, producer, duration and pattern', async () => {
    const { coordinator, producer, clock } = await ongoing();
    await clock.advance(1_000);
    const all = { stateFilters: [], producerIdFilters: [], durationFilter: -1, transactionalIdPattern: null };
    const list = async (filter: object) => {
      const { transactionStates } = await coordinator.listTransactions({ ...all, ...filter });
      return transactionStates.map(({ transactionalId, transactionState }) => `${transactionalId} ${transactionState}`);
    };
    const found = ['payments Ongoing'];
    for (const [filter, expected] of [
      [{}, found],
      [{ stateFilters: ['Ongoing', 'Empty'] }, found],
      [{ stateFilters: ['Empty'] }, []],
      [{ producerIdFilters: [producer.producerId] }, found],
      [{ producerIdFilters: [1] }, []],
      [{ durationFilter: 999 }, found],
      [{ durationFilter: 1_000 }, []],
      [{ transactionalIdPattern: 'pay.*' }, found],
      [{ transactionalIdPattern: 'pay' }, []],
      [{ transactionalIdPattern: '' }, found],
    ] as const) {
      assert.deepEqual(await list(filter), expected, JSON.stringify(filter));
    }
  });

  test('states that nobody knows are named, a pattern that is none is INVALID_REGULAR_EXPRESSION', async () => {
    const { coordinator } = await openTransactions();
    const all = { stateFilters: [], producerIdFilters: [], durationFilter: -1, transactionalIdPattern: null };
    const { unknownStateFilters } = await coordinator.listTransactions({ ...all, stateFilters: ['Dead', 'Gone'] });
    assert.deepEqual(unknownStateFilters, ['Gone']);
    const { errorCode } = await coordinator.listTransactions({ ...all, transactionalIdPattern: '(' });
    assert.equal(errorCode, ErrorCode.INVALID_REGULAR_EXPRESSION);
  });
});
