import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { errorOf, KEY, written } from '../testing/share-state-fixture.ts';
import type { PersisterResult } from './persister.ts';
import { ATTEMPTS_MAX, createRetryingStore } from './retrying-store.ts';
import type { ShareStateStore } from './share-coordinator.ts';

/** Answers as it is told to, and keeps what was written. */
function scripted(errorCodes: number[]) {
  const asked: number[] = [];
  const kept: number[] = [];
  let prepareCount = 0;
  const answer = async <T>(response: T): Promise<PersisterResult<T>> => {
    const errorCode = errorCodes.shift() ?? ErrorCode.NONE;
    return errorCode === ErrorCode.NONE ? { response } : { errorCode, message: null };
  };
  const store: ShareStateStore = {
    initialize: () => answer(undefined),
    read: () => answer({ stateEpoch: 0, startOffset: 0, stateBatches: [] }),
    async write(_key, { startOffset }) {
      asked.push(startOffset);
      const result = await answer(undefined);
      if ('response' in result) kept.push(startOffset);
      return result;
    },
    readSummary: () => answer({ stateEpoch: 0, leaderEpoch: 0, startOffset: 0, deliveryCompleteCount: 0 }),
    delete: () => answer(undefined),
  };
  const clock = createSimClock();
  const retrying = createRetryingStore({
    store,
    clock,
    async prepare() {
      prepareCount++;
    },
  });
  return { retrying, clock, asked, kept, prepareCount: () => prepareCount };
}

describe('createRetryingStore', () => {
  it('asks once where there is an answer', async () => {
    const { retrying, asked, prepareCount } = scripted([]);
    assert.equal(errorOf(await retrying.write(KEY, written({ startOffset: 1 }))), ErrorCode.NONE);
    assert.deepEqual(asked, [1]);
    assert.equal(prepareCount(), 0);
  });

  it('asks again while the coordinator is not to be had, and prepares for it', async () => {
    const { retrying, clock, prepareCount } = scripted([
      ErrorCode.NOT_COORDINATOR,
      ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
      ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ]);
    const written1 = retrying.write(KEY, written({ startOffset: 1 }));
    await clock.advance(1000);
    assert.equal(errorOf(await written1), ErrorCode.NONE);
    assert.equal(prepareCount(), 3);
  });

  it('keeps the order of what is written to one share partition', async () => {
    const { retrying, clock, kept } = scripted([
      ErrorCode.NOT_COORDINATOR,
      ErrorCode.NOT_COORDINATOR,
      ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
    ]);
    const first = [1, 2].map((startOffset) => retrying.write(KEY, written({ startOffset })));
    await clock.settle();
    const third = retrying.write(KEY, written({ startOffset: 3 }));
    await clock.advance(1000);
    await Promise.all([...first, third]);
    assert.deepEqual(kept, [1, 2, 3]);
  });

  it('does not ask again where there is nothing to hope for', async () => {
    const { retrying, asked } = scripted([ErrorCode.FENCED_STATE_EPOCH]);
    assert.equal(errorOf(await retrying.write(KEY, written({ startOffset: 1 }))), ErrorCode.FENCED_STATE_EPOCH);
    assert.equal(asked.length, 1);
  });

  it('gives up in the end, and at once when it is closed', async () => {
    const failing = scripted(Array<number>(100).fill(ErrorCode.NOT_COORDINATOR));
    const given = failing.retrying.write(KEY, written());
    await failing.clock.advance(60_000);
    assert.equal(errorOf(await given), ErrorCode.NOT_COORDINATOR);
    assert.equal(failing.asked.length, ATTEMPTS_MAX + 1);
    const closed = failing.retrying.write(KEY, written());
    await failing.clock.settle();
    failing.retrying.close();
    assert.equal(errorOf(await closed), ErrorCode.NOT_COORDINATOR);
  });
});
