import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { createSimClock } from './clock.ts';

it('fires timers in the order of their time, then of their setting', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ delayMs: fc.nat(50), cancel: fc.boolean() })), async (timers) => {
      const clock = createSimClock();
      const fired: number[] = [];
      timers.forEach(({ delayMs, cancel }, index) => {
        const timer = clock.setTimer(delayMs, () => {
          assert.equal(clock.monotonicMs(), delayMs);
          fired.push(index);
        });
        if (cancel) timer.cancel();
      });
      await clock.runUntilIdle();
      const expected = timers.map((timer, index) => ({ ...timer, index })).filter(({ cancel }) => !cancel);
      expected.sort((left, right) => left.delayMs - right.delayMs || left.index - right.index);
      assert.deepEqual(
        fired,
        expected.map(({ index }) => index),
      );
      assert.equal(clock.timerCount, 0);
    }),
  );
});

it('lets promises run between timers and includes what they set', async () => {
  const clock = createSimClock();
  const log: string[] = [];
  const sleep = (delayMs: number) => new Promise<void>((resolve) => void clock.setTimer(delayMs, resolve));
  const walk = async (name: string, delayMs: number) => {
    for (let step = 0; step < 3; step++) {
      await sleep(delayMs);
      log.push(`${name}${clock.monotonicMs()}`);
    }
  };
  const walks = Promise.all([walk('a', 10), walk('b', 15)]);
  await clock.advance(30);
  assert.deepEqual(log, ['a10', 'b15', 'a20', 'b30', 'a30']);
  assert.equal(clock.monotonicMs(), 30);
  await clock.advance(15);
  await walks;
});

it('moves the wall clock with time, and by a jump without it', async () => {
  const clock = createSimClock({ startMs: 1000 });
  await clock.advance(10.5);
  assert.equal(clock.now(), 1010);
  clock.jump(-500);
  assert.equal(clock.now(), 510);
  assert.equal(clock.monotonicMs(), 10.5);
});

it('refuses to wait for what cannot come', async () => {
  const clock = createSimClock();
  await assert.rejects(
    clock.runUntil(() => false),
    /something is left to wait for/,
  );
  const again = () => void clock.setTimer(10, again);
  again();
  await assert.rejects(clock.runUntilIdle(1000), /within 1000 ms/);
});
