import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { startChores } from './chores.ts';

it('a chore comes again its interval after it has ended, the first time after its delay', async () => {
  const clock = createSimClock();
  const began: number[] = [];
  const stop = startChores(clock, [
    {
      delayMs: 10,
      intervalMs: 100,
      async run() {
        began.push(clock.monotonicMs());
        await new Promise<void>((resolve) => void clock.setTimer(5, resolve));
      },
    },
  ]);
  await clock.advance(300);
  assert.deepEqual(began, [10, 115, 220]);
  await stop();
  await clock.advance(300);
  assert.equal(began.length, 3);
  assert.equal(clock.timerCount, 0);
});

it('stopping waits for what is under way', async () => {
  const clock = createSimClock();
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = startChores(clock, [{ intervalMs: 10, run: () => promise }]);
  await clock.advance(10);
  let isStopped = false;
  const stopping = stop().then(() => {
    isStopped = true;
  });
  await clock.settle();
  assert.equal(isStopped, false);
  resolve();
  await stopping;
  assert.equal(clock.timerCount, 0);
});
