import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { get, openTally, set } from '../testing/tally-fixture.ts';
import { STEPS_WAITING_MAX } from './hosted-shard.ts';

test('whoever has waited for a commit as long as is allowed is told so; what was decided stays', async () => {
  const tally = await openTally({ commitTimeoutMs: 1000 });
  const heal = tally.disk.inject(({ kind }) => (kind === 'sync' ? { kind: 'delay', delayMs: 1500 } : undefined));
  tally.runtime.load(0, tally.log, 0);
  const early = set(tally, 'a', 1);
  await tally.clock.advance(700);
  const late = set(tally, 'b', 2);
  const told: string[] = [];
  void early.then(() => told.push('early'));
  void late.then(() => told.push('late'));
  await tally.clock.advance(299);
  assert.deepEqual(told, []);
  await tally.clock.advance(1);
  assert.deepEqual(await early, { errorCode: ErrorCode.REQUEST_TIMED_OUT });
  assert.deepEqual(told, ['early'], 'each has its own time');
  await tally.clock.advance(700);
  assert.deepEqual(await late, { errorCode: ErrorCode.REQUEST_TIMED_OUT });
  await tally.clock.advance(3000);
  heal();
  assert.deepEqual(await get(tally, 'a'), { response: 1 });
  assert.deepEqual(await get(tally, 'b'), { response: 2 });
  assert.equal(tally.clock.timerCount, 0, 'nobody is watched any more');
  await tally.log.close();
});

test('steps that were given up count as waiting as long as they are not committed', async () => {
  const tally = await openTally({ commitTimeoutMs: 10 });
  const heal = tally.disk.inject(({ kind }) => (kind === 'sync' ? { kind: 'delay', delayMs: 1000 } : undefined));
  tally.runtime.load(0, tally.log, 0);
  const waiting = Array.from({ length: STEPS_WAITING_MAX }, (_, count) => set(tally, 'a', count));
  await tally.clock.advance(10);
  for (const result of await Promise.all(waiting)) assert.deepEqual(result, { errorCode: ErrorCode.REQUEST_TIMED_OUT });
  assert.deepEqual(await set(tally, 'a', -1), { errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE });
  await tally.clock.advance(10_000);
  heal();
  assert.deepEqual(await set(tally, 'a', 7), { response: 'a is 7' });
  await tally.log.close();
});
