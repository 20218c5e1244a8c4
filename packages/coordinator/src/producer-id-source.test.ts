import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { type AllocateBlock, createProducerIdSource } from './producer-id-source.ts';
import { BLOCK_RETRY_BACKOFF_MS } from './producer-ids.ts';

const NONE_NOW = { errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS };

/** Blocks of 3 from `first` on, each allocation decided by the next of `answers`. */
function source(answers: AllocateBlock[]) {
  const clock = createSimClock();
  const allocateBlock: AllocateBlock = () =>
    (answers.shift() ?? (() => Promise.reject(new Error('asked too often'))))();
  return { clock, next: createProducerIdSource({ allocateBlock, clock, logger: silentLogger }) };
}

test('ids come from one block after the other', async () => {
  let first = 0;
  const allocate: AllocateBlock = async () => {
    first += 10;
    return { firstProducerId: first, count: 3 };
  };
  const { next } = source([allocate, allocate, allocate]);
  const given = await Promise.all([next(), next(), next(), next()]);
  assert.deepEqual(given, [{ producerId: 10 }, { producerId: 11 }, { producerId: 12 }, { producerId: 20 }]);
});

test('an error code or a failure of the controller is "try again", and later it works', async () => {
  const { clock, next } = source([
    async () => ({ errorCode: ErrorCode.STALE_BROKER_EPOCH }),
    () => Promise.reject(new Error('unreachable')),
    async () => ({ firstProducerId: 7, count: 100 }),
  ]);
  assert.deepEqual(await next(), NONE_NOW);
  assert.deepEqual(await next(), NONE_NOW, 'within the backoff nobody is asked');
  await clock.advance(BLOCK_RETRY_BACKOFF_MS);
  assert.deepEqual(await next(), NONE_NOW);
  await clock.advance(BLOCK_RETRY_BACKOFF_MS);
  assert.deepEqual(await next(), { producerId: 7 });
});
