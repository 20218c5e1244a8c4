import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { silentLogger } from '@sluice/kernel/logger';
import { createAutoCreate, UNDER_WAY_COUNT_MAX } from './auto-create.ts';
import type { ChangeCluster } from './change-cluster.ts';

/** Creations that end when the test says so. */
function held() {
  const asked: string[][] = [];
  const gate = Promise.withResolvers<never>();
  const changeCluster = ((_decision: unknown, { topics }: { topics: readonly { name: string }[] }) => {
    asked.push(topics.map(({ name }) => name));
    return gate.promise.catch(() => ({ kind: 'refused', errorCode: 41, errorMessage: 'not now' }));
  }) as unknown as ChangeCluster;
  return {
    asked,
    autoCreate: createAutoCreate(changeCluster, silentLogger),
    async end() {
      gate.reject(new Error('over'));
      await nextTurn();
    },
  };
}

const names = (from: number, count: number) => Array.from({ length: count }, (_, index) => `topic-${from + index}`);

it('a topic that is under way is not created twice', () => {
  const { asked, autoCreate } = held();
  autoCreate(['orders']);
  autoCreate(['orders', 'payments']);
  assert.deepEqual(asked, [['orders'], ['payments']]);
});

it('no more names than the limit are under way at once; the others may be asked for again', async () => {
  const { asked, autoCreate, end } = held();
  autoCreate(names(0, UNDER_WAY_COUNT_MAX - 1));
  autoCreate(['one', 'too-many']);
  assert.deepEqual(asked[1], ['one']);
  autoCreate(['too-many']);
  assert.equal(asked.length, 2);
  await end();
  autoCreate(['too-many']);
  assert.deepEqual(asked[2], ['too-many']);
});
