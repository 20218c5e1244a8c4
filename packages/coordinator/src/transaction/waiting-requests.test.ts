import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { Reply } from '../runtime/coordinator-shard.ts';
import { createShardTimers } from '../runtime/shard-timers.ts';
import type { TransactionRecord } from './transaction-record-serde.ts';
import type { TransactionRequest } from './transaction-request.ts';
import { CONCURRENT_WAIT_MS_MAX, createWaitingRequests, WAITING_PER_ID_MAX } from './waiting-requests.ts';

function scene() {
  const clock = createSimClock();
  /** Who was told what. */
  const told: string[] = [];
  const timers = createShardTimers<TransactionRecord>(clock, (action) => {
    for (const reply of action(clock.now()).replies) reply.deliver();
    return true;
  });
  function request(name: string): TransactionRequest {
    const reply = (text: string | number): Reply => ({ deliver: () => void told.push(`${name} ${text}`), fail() {} });
    return {
      decide: () => ({ kind: 'waits' }),
      answer: () => reply('answered'),
      refuse: reply,
      askForProducerId: () => reply('needs an id'),
      fail: (errorCode) => void told.push(`${name} ${errorCode}`),
    };
  }
  return { clock, told, waiting: createWaitingRequests(timers), request };
}

test('so many requests wait for one transactional id and not one more; others wait for theirs', () => {
  const { waiting, request, told } = scene();
  for (let count = 0; count < WAITING_PER_ID_MAX; count++) {
    assert.equal(waiting.add('payments', request(`p${count}`)), undefined);
  }
  waiting.add('payments', request('late'))?.deliver();
  assert.deepEqual(told, [`late ${ErrorCode.CONCURRENT_TRANSACTIONS}`]);
  assert.equal(waiting.add('orders', request('other')), undefined);
  assert.notEqual(waiting.take('payments'), undefined);
  assert.equal(waiting.add('payments', request('next')), undefined, 'there is room again');
  waiting.fail(ErrorCode.NOT_COORDINATOR);
  assert.equal(told.length, 2 + WAITING_PER_ID_MAX, 'all who wait are told');
  assert.equal(waiting.take('payments'), undefined);
});

test('whoever has waited as long as is allowed is told CONCURRENT_TRANSACTIONS; the first comes first', async () => {
  const { waiting, request, told, clock } = scene();
  waiting.add('payments', request('early'));
  await clock.advance(CONCURRENT_WAIT_MS_MAX / 2);
  waiting.add('payments', request('late'));
  await clock.advance(CONCURRENT_WAIT_MS_MAX / 2 - 1);
  assert.deepEqual(told, []);
  await clock.advance(1);
  assert.deepEqual(told, [`early ${ErrorCode.CONCURRENT_TRANSACTIONS}`]);
  assert.notEqual(waiting.take('payments'), undefined);
  await clock.advance(CONCURRENT_WAIT_MS_MAX);
  assert.equal(told.length, 1, 'whoever was taken is not told any more');
});
