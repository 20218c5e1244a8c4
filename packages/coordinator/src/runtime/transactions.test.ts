import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NO_VERIFICATION } from '@sluice/log/verifications';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { buildEndTxnMarkerBatch } from '@sluice/protocol/records/control-records';
import { serving, set, type TallyFixture } from '../testing/tally-fixture.ts';
import type { TransactionOfStep } from './coordinator-shard.ts';

const PRODUCER = { producerId: 7, producerEpoch: 0 };

function setWithin(tally: TallyFixture, name: string, count: number, transaction: TransactionOfStep) {
  return tally.runtime.run<string>(0, (shard, _now, pending) => ({ ...shard.set(name, count, pending), transaction }));
}

function markerOf(type: 'COMMIT' | 'ABORT', coordinatorEpoch = 0) {
  const batch = buildEndTxnMarkerBatch({ type, ...PRODUCER, coordinatorEpoch, timestampMs: 0 });
  return { batch, transactionVersion: 0 };
}

describe('coordinator runtime: transactions', () => {
  test('what a producer writes goes in a batch of its own, behind what was decided before', async () => {
    const tally = await serving();
    const plain = set(tally, 'a', 1);
    const within = setWithin(tally, 'b', 2, PRODUCER);
    const behind = set(tally, 'c', 3);
    assert.deepEqual(await Promise.all([plain, within, behind]), [
      { response: 'a is 1' },
      { response: 'b is 2' },
      { response: 'c is 3' },
    ]);
    assert.deepEqual(
      tally.shard.applied.map(({ name, offset, producerId }) => ({ name, offset, producerId })),
      [
        { name: 'a', offset: 0, producerId: -1 },
        { name: 'b', offset: 1, producerId: 7 },
        { name: 'c', offset: 2, producerId: -1 },
      ],
    );
    assert.equal(tally.log.lastStableOffset, 1);
    await tally.log.close();
  });

  test('a marker ends it, and is answered once it is committed; a shard that is loaded again sees the same', async () => {
    const tally = await serving();
    void set(tally, 'a', 1);
    await setWithin(tally, 'b', 2, PRODUCER);
    void set(tally, 'c', 3);
    assert.deepEqual(await tally.runtime.endTransaction(0, markerOf('COMMIT')), { response: undefined });
    assert.equal(tally.log.lastStableOffset, 4);
    assert.deepEqual(await set(tally, 'd', 4), { response: 'd is 4' });
    const { applied, ended } = tally.shard;
    assert.deepEqual(ended, [{ producerId: 7, isCommitted: true }]);
    tally.runtime.load(0, tally.log, 4);
    await tally.clock.runUntil(() => tally.runtime.loaded.has(0));
    assert.deepEqual(tally.shard.applied, applied);
    assert.deepEqual(tally.shard.ended, ended);
    await tally.log.close();
  });

  test('what the log refuses has not happened: its error code, and the shard goes on', async () => {
    const tally = await serving();
    const unasked = { ...PRODUCER, verification: NO_VERIFICATION };
    assert.deepEqual(await setWithin(tally, 'a', 1, unasked), { errorCode: ErrorCode.INVALID_TXN_STATE });
    await setWithin(tally, 'b', 2, { ...PRODUCER, producerEpoch: 3 });
    assert.deepEqual(await setWithin(tally, 'c', 3, PRODUCER), { errorCode: ErrorCode.INVALID_PRODUCER_EPOCH });
    assert.deepEqual(await tally.runtime.endTransaction(0, markerOf('ABORT')), {
      errorCode: ErrorCode.INVALID_PRODUCER_EPOCH,
    });
    assert.deepEqual(await set(tally, 'd', 4), { response: 'd is 4' });
    assert.deepEqual([...tally.shard.counts.keys()], ['b', 'd']);
    assert.deepEqual(tally.shard.ended, []);
    await tally.log.close();
  });

  test('a marker of an older coordinator: TRANSACTION_COORDINATOR_FENCED', async () => {
    const tally = await serving();
    await setWithin(tally, 'a', 1, PRODUCER);
    await tally.runtime.endTransaction(0, markerOf('COMMIT', 5));
    assert.deepEqual(await tally.runtime.endTransaction(0, markerOf('COMMIT', 4)), {
      errorCode: ErrorCode.TRANSACTION_COORDINATOR_FENCED,
    });
    await tally.log.close();
  });

  test('not led here: NOT_COORDINATOR', async () => {
    const tally = await serving();
    assert.deepEqual(await tally.runtime.endTransaction(1, markerOf('COMMIT')), {
      errorCode: ErrorCode.NOT_COORDINATOR,
    });
    await tally.log.close();
  });
});
