import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { openTransactions, TIMEOUT_MS, TRANSACTIONAL_ID } from '../testing/transaction-fixture.ts';
import { newTransaction } from './transaction.ts';

const LAST_EPOCH = 32_766;

describe('a producer begins', () => {
  test('with an id that nobody had, and a higher epoch each time', async () => {
    const { init } = await openTransactions();
    assert.deepEqual(await init(), { errorCode: 0, producerId: 1000, producerEpoch: 0 });
    assert.deepEqual(await init(), { errorCode: 0, producerId: 1000, producerEpoch: 1 });
  });

  test('also after a restart', async () => {
    const { init, reload } = await openTransactions();
    await init();
    await reload();
    assert.deepEqual(await init(), { errorCode: 0, producerId: 1000, producerEpoch: 1 });
  });

  test('again as itself: its epoch rises, and a second try whose answer was lost gives the same (KIP-360)', async () => {
    const { init } = await openTransactions();
    const first = await init();
    const second = await init(first);
    assert.deepEqual(second, { errorCode: 0, producerId: 1000, producerEpoch: 1 });
    assert.deepEqual(await init(first), second);
  });

  test('again as itself, but another took its place: PRODUCER_FENCED', async () => {
    const { init } = await openTransactions();
    const first = await init();
    await init();
    assert.equal((await init(first)).errorCode, ErrorCode.PRODUCER_FENCED);
    assert.equal((await init({ producerId: 7, producerEpoch: 0 })).errorCode, ErrorCode.PRODUCER_FENCED);
  });

  test('with a timeout that is none, or longer than the broker allows: INVALID_TRANSACTION_TIMEOUT', async () => {
    const { init } = await openTransactions({ settings: { timeoutMsMax: 1000 } });
    for (const [timeoutMs, errorCode] of [
      [0, ErrorCode.INVALID_TRANSACTION_TIMEOUT],
      [1001, ErrorCode.INVALID_TRANSACTION_TIMEOUT],
      [1000, ErrorCode.NONE],
    ] as const) {
      assert.equal((await init(undefined, timeoutMs)).errorCode, errorCode, `${timeoutMs} ms`);
    }
  });

  test('while another has a transaction open: that one is aborted first, and its producer fenced', async () => {
    const { init, add, end, markers } = await openTransactions();
    const zombie = await init();
    await add(zombie, { orders: [0] });
    const successor = await init();
    assert.deepEqual(successor, { errorCode: 0, producerId: 1000, producerEpoch: 2 });
    assert.deepEqual(
      markers.map(({ isCommit, producerEpoch }) => ({ isCommit, producerEpoch })),
      [{ isCommit: false, producerEpoch: 1 }],
    );
    assert.equal(await add(zombie, { orders: [0] }), ErrorCode.PRODUCER_FENCED);
    assert.equal((await end(zombie, true)).errorCode, ErrorCode.PRODUCER_FENCED);
    assert.equal((await end(zombie, true, 0)).errorCode, ErrorCode.PRODUCER_FENCED);
  });

  test('while a partition does not take its marker: CONCURRENT_TRANSACTIONS, after a while', async () => {
    const { init, add, answerMarkers, clock } = await openTransactions();
    const first = await init();
    await add(first, { orders: [0] });
    answerMarkers(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    const second = init();
    await clock.advance(2_000);
    assert.equal((await second).errorCode, ErrorCode.CONCURRENT_TRANSACTIONS);
    answerMarkers(ErrorCode.NONE);
    await clock.advance(2_000);
    assert.equal((await init()).errorCode, ErrorCode.NONE);
  });

  test('whose epochs are used up: with another id', async () => {
    const used = {
      ...newTransaction(TRANSACTIONAL_ID, 7, TIMEOUT_MS, 1_700_000_000_000),
      producerEpoch: LAST_EPOCH - 1,
    };
    const { init, add, end, describe: shown } = await openTransactions({ known: used });
    const producer = await init();
    assert.deepEqual(producer, { errorCode: 0, producerId: 7, producerEpoch: LAST_EPOCH });
    assert.equal(await add(producer, { orders: [0] }), ErrorCode.NONE);
    const next = await end(producer, true);
    assert.deepEqual(next, { errorCode: 0, producerId: 1000, producerEpoch: 0 });
    assert.equal((await shown()).transactionState, 'CompleteCommit');
    assert.deepEqual(await end(producer, true), next, 'a second try of the same end');
    assert.deepEqual(await init(next), { errorCode: 0, producerId: 1000, producerEpoch: 1 });
  });

  test('whose epochs are used up and whose transaction another ends: both get what the other does not have', async () => {
    const used = {
      ...newTransaction(TRANSACTIONAL_ID, 7, TIMEOUT_MS, 1_700_000_000_000),
      producerEpoch: LAST_EPOCH - 1,
    };
    for (const serverVersion of [0, 2] as const) {
      const { init, add, markers } = await openTransactions({ known: used, settings: { serverVersion } });
      const zombie = await init();
      await add(zombie, { orders: [0] });
      const successor = await init();
      assert.equal(successor.errorCode, ErrorCode.NONE);
      assert.equal(successor.producerId, 1000);
      assert.deepEqual(markers[0]?.producerEpoch, LAST_EPOCH + 1);
      assert.equal(await add(zombie, { orders: [0] }), ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    }
  });
});

describe('time', () => {
  test('a transaction that is open for too long is aborted, and its producer fenced', async () => {
    const { init, add, clock, describe: shown, markers } = await openTransactions();
    const producer = await init();
    await add(producer, { orders: [0] });
    await clock.advance(TIMEOUT_MS - 1);
    assert.equal((await shown()).transactionState, 'Ongoing');
    await clock.advance(1000);
    assert.equal((await shown()).transactionState, 'CompleteAbort');
    assert.deepEqual(markers[0]?.isCommit, false);
    assert.equal(await add(producer, { orders: [1] }), ErrorCode.PRODUCER_FENCED);
  });

  test('the next transaction has a time of its own', async () => {
    const { init, add, end, clock, describe: shown } = await openTransactions();
    const producer = await init();
    await add(producer, { orders: [0] });
    await clock.advance(TIMEOUT_MS / 2);
    const next = await end(producer, true);
    assert.equal(await add(next, { orders: [0] }), ErrorCode.NONE);
    await clock.advance(TIMEOUT_MS - 1);
    assert.equal((await shown()).transactionState, 'Ongoing');
  });

  test('a restart does not give it more time', async () => {
    const { init, add, clock, reload, describe: shown } = await openTransactions();
    const producer = await init();
    await add(producer, { orders: [0] });
    await clock.advance(TIMEOUT_MS / 2);
    await reload();
    await clock.advance(TIMEOUT_MS / 2 + 1000);
    assert.equal((await shown()).transactionState, 'CompleteAbort');
  });

  test('an id that is not used for a week is forgotten', async () => {
    const idExpirationMs = 10_000;
    const settings = { idExpirationMs, idExpirationCheckIntervalMs: 1_000 };
    const { init, clock, describe: shown, reload } = await openTransactions({ settings });
    await init();
    await clock.advance(idExpirationMs - 1_000);
    assert.equal((await shown()).transactionState, 'Empty');
    await clock.advance(2_000);
    assert.equal((await shown()).errorCode, ErrorCode.TRANSACTIONAL_ID_NOT_FOUND);
    await reload();
    assert.equal((await shown()).errorCode, ErrorCode.TRANSACTIONAL_ID_NOT_FOUND);
  });
});
