import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTaskQueue } from './task-queue.ts';

test('tasks of one key keep their order, others run side by side up to the limit', async () => {
  const queue = createTaskQueue(3);
  const order: string[] = [];
  let running = 0;
  let runningMost = 0;
  for (let i = 0; i < 30; i++) {
    const key = `k${i % 5}`;
    queue.add(key, async () => {
      running++;
      runningMost = Math.max(runningMost, running);
      for (let turns = 0; turns < (i * 7) % 4; turns++) await Promise.resolve();
      order.push(`${key}:${i}`);
      running--;
    });
  }
  await queue.idle();
  assert.equal(order.length, 30);
  assert.equal(runningMost, 3);
  for (let k = 0; k < 5; k++) {
    const ofKey = order.filter((entry) => entry.startsWith(`k${k}:`)).map((entry) => Number(entry.split(':')[1]));
    assert.deepEqual(
      ofKey,
      [...ofKey].sort((a, b) => a - b),
    );
  }
});

test('an idle queue is idle at once', async () => {
  await createTaskQueue(1).idle();
});

test('who waits for what was added so far does not wait for what is added later', async () => {
  const queue = createTaskQueue(2);
  const [early, late] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  queue.add('a', () => early.promise);
  let isIdle = false;
  const idle = queue.idle().then(() => {
    isIdle = true;
  });
  queue.add('b', () => late.promise);
  await Promise.resolve();
  assert.equal(isIdle, false);
  early.resolve();
  await idle;
  late.resolve();
  await queue.idle();
});
