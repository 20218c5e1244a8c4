import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createLoadQueue } from './load-queue.ts';

test('loads come one after the other, in their order, also those that come later', async () => {
  const queue = createLoadQueue();
  const told: string[] = [];
  const finish: (() => void)[] = [];
  const add = (name: string) =>
    queue.add(async () => {
      told.push(name);
      await new Promise<void>((resolve) => finish.push(resolve));
    });
  for (const name of ['a', 'b']) add(name);
  assert.deepEqual(told, ['a']);
  finish.shift()?.();
  await setImmediate();
  add('c');
  assert.deepEqual(told, ['a', 'b']);
  finish.shift()?.();
  await setImmediate();
  assert.deepEqual(told, ['a', 'b', 'c']);
  finish.shift()?.();
  await setImmediate();
  add('d');
  assert.deepEqual(told, ['a', 'b', 'c', 'd'], 'an idle queue begins at once');
});
