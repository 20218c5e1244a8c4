import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTransactions, TIMEOUT_MS } from '../testing/transaction-fixture.ts';
import { EXPIRED_PER_STEP_MAX } from './transaction-shard.ts';

const EVERYTHING = { stateFilters: [], producerIdFilters: [], durationFilter: -1, transactionalIdPattern: null };
const IDENTITY = { producerId: -1, producerEpoch: -1, enable2Pc: false, keepPreparedTxn: false };

test('ids that are not used are forgotten so many in a step, and the next step follows at once', async () => {
  const settings = { idExpirationMs: 1_000, idExpirationCheckIntervalMs: 5_000 };
  const { coordinator, clock, log } = await openTransactions({ settings });
  const ids = Array.from({ length: EXPIRED_PER_STEP_MAX + 1 }, (_, index) => `id-${index}`);
  await Promise.all(
    ids.map((transactionalId) =>
      coordinator.initProducerId({ transactionalId, transactionTimeoutMs: TIMEOUT_MS, ...IDENTITY }),
    ),
  );
  const left = async () => (await coordinator.listTransactions(EVERYTHING)).transactionStates.length;
  assert.equal(await left(), EXPIRED_PER_STEP_MAX + 1);
  await clock.advance(4_999);
  assert.equal(await left(), EXPIRED_PER_STEP_MAX + 1, 'nobody looks before the interval is over');
  const firstTombstone = log.logEndOffset;
  await clock.advance(1);
  assert.equal(await left(), 0);
  assert.equal(log.logEndOffset - firstTombstone, EXPIRED_PER_STEP_MAX + 1);
  await log.close();
});
