import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { all, LOCK_MS, shareFixture } from './testing/share-fixture.ts';

const [GAP, ACCEPT, RELEASE, REJECT, RENEW] = [0, 1, 2, 3, 4];
const { INVALID_RECORD_STATE, INVALID_REQUEST, NONE } = ErrorCode;

test('what is accepted is written before the start offset moves', () => {
  const { acquire, begin, partition } = shareFixture([4]);
  acquire('a');
  const write = begin('a', all(0, 3, ACCEPT));
  assert.deepEqual(write.state, {
    stateEpoch: 1,
    leaderEpoch: 3,
    startOffset: 0,
    deliveryCompleteCount: 4,
    stateBatches: [{ firstOffset: 0, lastOffset: 3, deliveryState: 2, deliveryCount: 1 }],
  });
  assert.equal(partition.startOffset, 0);
  assert.equal(write.settle(true), true);
  assert.deepEqual([partition.startOffset, partition.endOffset, partition.deliveryCompleteCount], [4, 4, 0]);
});

test('one type for each record: neighbours of a kind are written as one', () => {
  const { acquire, acknowledge, partition } = shareFixture([8]);
  acquire('a');
  const types = [ACCEPT, ACCEPT, GAP, REJECT, RELEASE, RELEASE, ACCEPT, RENEW];
  const { stateBatches } = acknowledge('a', { firstOffset: 0, lastOffset: 7, types });
  assert.deepEqual(
    stateBatches.map(({ firstOffset, lastOffset, deliveryState }) => [firstOffset, lastOffset, deliveryState]),
    [
      [0, 1, 2],
      [2, 3, 4],
      [4, 5, 0],
      [6, 6, 2],
    ],
  );
  assert.equal(partition.startOffset, 4);
  assert.equal(partition.deliveryCompleteCount, 1);
  assert.deepEqual(acquire('b'), ['4–5×2']);
});

test('nobody but the member that holds the lock acknowledges', () => {
  const { acquire, errorOf, partition } = shareFixture([4]);
  acquire('a');
  assert.equal(errorOf('b', all(0, 3, ACCEPT)), INVALID_RECORD_STATE);
  assert.equal(partition.deliveryCompleteCount, 0);
});

test('a refusal undoes what the same request has begun', () => {
  const { acquire, errorOf, partition, acknowledge } = shareFixture([4, 4]);
  acquire('a', { recordCountMax: 4 });
  acquire('b');
  assert.equal(errorOf('a', all(0, 1, ACCEPT), all(4, 7, ACCEPT)), INVALID_RECORD_STATE);
  assert.equal(partition.deliveryCompleteCount, 0);
  acknowledge('a', all(0, 3, ACCEPT));
});

test('what was accepted, released or lost by time cannot be acknowledged again', () => {
  const { acquire, acknowledge, errorOf, partition, clock } = shareFixture([2, 4]);
  acquire('b', { recordCountMax: 2 });
  acquire('a');
  acknowledge('a', all(2, 3, ACCEPT), all(4, 4, RELEASE));
  assert.equal(errorOf('a', all(2, 3, ACCEPT)), INVALID_RECORD_STATE);
  assert.equal(errorOf('a', all(4, 4, ACCEPT)), INVALID_RECORD_STATE);
  clock.nowMs = LOCK_MS;
  partition.endLocks(LOCK_MS);
  assert.equal(errorOf('a', all(5, 5, ACCEPT)), INVALID_RECORD_STATE);
});

test('what is behind the start offset is passed over', () => {
  const { acquire, acknowledge, errorOf } = shareFixture([4]);
  acquire('a');
  acknowledge('a', all(0, 1, ACCEPT));
  assert.equal(errorOf('b', all(0, 1, ACCEPT)), NONE);
  acknowledge('a', all(0, 3, ACCEPT));
});

test('offsets that nobody has acquired', () => {
  const { acquire, errorOf } = shareFixture([4, 4]);
  assert.equal(errorOf('a', all(0, 3, ACCEPT)), INVALID_RECORD_STATE);
  acquire('a', { recordCountMax: 4 });
  assert.equal(errorOf('a', all(4, 5, ACCEPT)), INVALID_REQUEST);
  assert.equal(errorOf('a', all(2, 5, ACCEPT)), INVALID_REQUEST);
});

test('while it is being written it cannot be acknowledged again', () => {
  const { acquire, begin, errorOf } = shareFixture([4]);
  acquire('a');
  begin('a', all(0, 1, ACCEPT));
  assert.equal(errorOf('a', all(0, 3, ACCEPT)), INVALID_RECORD_STATE);
});

test('a write that failed gives the lock back, or what is left of it', () => {
  const { acquire, begin, acknowledge, partition, clock } = shareFixture([4]);
  acquire('a');
  begin('a', all(0, 3, ACCEPT)).settle(false);
  assert.equal(partition.deliveryCompleteCount, 0);
  const late = begin('a', all(0, 1, ACCEPT));
  clock.nowMs = LOCK_MS;
  assert.deepEqual(partition.endLocks(LOCK_MS)?.state.stateBatches.length, 1);
  late.settle(false);
  assert.equal(partition.lockEndMs, LOCK_MS);
  assert.ok(partition.endLocks(LOCK_MS));
  assert.deepEqual(acquire('b'), ['0–3×2']);
  acknowledge('b', all(0, 3, ACCEPT));
});

test('a renewed lock lasts as long again, and nothing is written', () => {
  const { acquire, partition, clock } = shareFixture([4]);
  acquire('a');
  clock.nowMs = LOCK_MS - 1;
  assert.equal(partition.acknowledge('a', [all(0, 1, RENEW)], clock.nowMs), undefined);
  assert.deepEqual(partition.endLocks(LOCK_MS)?.state.stateBatches, [
    { firstOffset: 2, lastOffset: 3, deliveryState: 0, deliveryCount: 1 },
  ]);
  assert.equal(partition.lockEndMs, 2 * LOCK_MS - 1);
});

test('a group that does not allow to renew', () => {
  const { acquire, errorOf } = shareFixture([4], { settings: { isRenewEnabled: false } });
  acquire('a');
  assert.equal(errorOf('a', all(0, 3, RENEW)), INVALID_RECORD_STATE);
});

test('after its last delivery a record that is let go is archived', () => {
  const { acquire, acknowledge, partition } = shareFixture([2], { settings: { deliveryCountLimit: 2 } });
  acquire('a');
  acknowledge('a', all(0, 1, RELEASE));
  acquire('a');
  const { stateBatches } = acknowledge('a', all(0, 1, RELEASE));
  assert.deepEqual(stateBatches, [{ firstOffset: 0, lastOffset: 1, deliveryState: 4, deliveryCount: 2 }]);
  assert.equal(partition.startOffset, 2);
});

test('a member that is gone lets go all that it holds, and no more', () => {
  const { acquire, partition } = shareFixture([2, 2, 2]);
  acquire('a', { recordCountMax: 2 });
  acquire('b', { recordCountMax: 2 });
  acquire('a');
  const write = partition.release('a');
  assert.deepEqual(
    write?.state.stateBatches.map(({ firstOffset, lastOffset }) => [firstOffset, lastOffset]),
    [
      [0, 1],
      [4, 5],
    ],
  );
  write?.settle(true);
  assert.deepEqual(acquire('c'), ['0–1×2', '4–5×2']);
  assert.equal(partition.release('nobody'), undefined);
});

test('the log’s start moves into what is in flight', () => {
  const { acquire, errorOf, acknowledge, partition, begin } = shareFixture([4, 4, 4]);
  acquire('a', { recordCountMax: 4 });
  acquire('b', { recordCountMax: 4 });
  const write = begin('a', all(0, 3, ACCEPT));
  partition.moveStart(6);
  assert.equal(write.settle(false), false);
  assert.deepEqual([partition.startOffset, partition.endOffset, partition.deliveryCompleteCount], [6, 8, 0]);
  assert.equal(errorOf('a', all(0, 3, ACCEPT)), NONE);
  acknowledge('b', all(4, 7, ACCEPT));
  assert.equal(partition.startOffset, 8);
  partition.moveStart(20);
  assert.deepEqual([partition.startOffset, partition.endOffset], [20, 20]);
  partition.moveStart(5);
  assert.equal(partition.startOffset, 20);
});

test('what was written is read again: done, free with its count, and holes that were never delivered', () => {
  const { partition, acquire } = shareFixture([4, 4, 4, 4], {
    startOffset: 2,
    stateBatches: [
      { firstOffset: 2, lastOffset: 3, deliveryState: 2, deliveryCount: 1 },
      { firstOffset: 6, lastOffset: 7, deliveryState: 0, deliveryCount: 2 },
      { firstOffset: 10, lastOffset: 11, deliveryState: 4, deliveryCount: 1 },
    ],
  });
  assert.deepEqual([partition.startOffset, partition.endOffset, partition.deliveryCompleteCount], [4, 12, 2]);
  assert.deepEqual(acquire('a'), ['4–5×1', '6–7×3', '8–9×1', '12–15×1']);
});

test('holes in what was written are taken as new records are', () => {
  const { acquire } = shareFixture([4, 4, 4], {
    stateBatches: [{ firstOffset: 11, lastOffset: 11, deliveryState: 2, deliveryCount: 1 }],
  });
  assert.deepEqual(acquire('a', { mode: 'record-limit', recordCountMax: 3 }), ['0–2×1']);
  assert.deepEqual(acquire('a', { recordCountMax: 2 }), ['3–3×1', '4–7×1']);
  assert.deepEqual(acquire('a'), ['8–10×1']);
});
