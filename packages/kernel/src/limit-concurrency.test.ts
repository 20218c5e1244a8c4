import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitConcurrency } from './limit-concurrency.ts';

test('so many tasks run at a time, the others in their order, also behind one that fails', async () => {
  const limited = limitConcurrency(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const run = (number: number, fails = false) =>
    limited(async () => {
      begun.push(number);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (fails) throw new Error(`task ${number}`);
      return number;
    });
  const failing = run(1, true);
  const others = [2, 3, 4].map((number) => run(number));
  assert.deepEqual(begun, [1, 2]);
  ends.shift()?.();
  await assert.rejects(failing, /task 1/);
  assert.deepEqual(begun, [1, 2, 3]);
  while (ends.length > 0) {
    ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(await Promise.all(others), [2, 3, 4]);
  assert.deepEqual(begun, [1, 2, 3, 4]);
});
