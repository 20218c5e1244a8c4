import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { silentLogger } from '@sluice/kernel/logger';
import { createAutoCreate, UNDER_WAY_COUNT_MAX } from './auto-create.ts';
import type { ChangeCluster } from './change-cluster.ts';

const topicToCreate = (name: string) => ({
  name,
  numPartitions: -1,
  replicationFactor: -1,
  assignments: [],
  configs: [],
});

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
    autoCreate: createAutoCreate({ changeCluster, topicToCreate, logger: silentLogger }),
    async end() {
      gate.reject(new Error('over'));
      await nextTurn();
    },
  };
}

const names = (from: number, count: number) => Array.from({ length: count }, (_, index) => `topic-${from + index}`);

it('a topic that is under way is not created twice', () => {
  const { asked, autoCreate } = held();
  void autoCreate(['orders']);
  void autoCreate(['orders', 'payments']);
  assert.deepEqual(asked, [['orders'], ['payments']]);
});

it('no more names than the limit are under way at once; the others may be asked for again', async () => {
  const { asked, autoCreate, end } = held();
  void autoCreate(names(0, UNDER_WAY_COUNT_MAX - 1));
  void autoCreate(['one', 'too-many']);
  assert.deepEqual(asked[1], ['one']);
  void autoCreate(['too-many']);
  assert.equal(asked.length, 2);
  await end();
  void autoCreate(['too-many']);
  assert.deepEqual(asked[2], ['too-many']);
});

it('it settles when what was asked for is made, or not', async () => {
  const { autoCreate, end } = held();
  let isSettled = false;
  void autoCreate(['orders']);
  const settled = autoCreate(['orders']).then(() => {
    isSettled = true;
  });
  await nextTurn();
  assert.equal(isSettled, false);
  await end();
  await settled;
});
