import assert from 'node:assert/strict';
import { test } from 'node:test';
import { all, LOCK_MS, shareFixture } from './testing/share-fixture.ts';

const RELEASE = 2;
const ACCEPT = 1;

test('whole record batches are acquired, even past the count', () => {
  const { acquire, partition } = shareFixture([4, 4, 4]);
  assert.deepEqual(acquire('a', { recordCountMax: 5 }), ['0–7×1']);
  assert.deepEqual(acquire('b', { recordCountMax: 1 }), ['8–11×1']);
  assert.deepEqual([partition.startOffset, partition.endOffset, partition.inFlightCount], [0, 12, 12]);
});

test('with the record limit on, no more than the count is acquired, and the rest is free', () => {
  const { acquire, partition } = shareFixture([10]);
  assert.deepEqual(acquire('a', { mode: 'record-limit', recordCountMax: 3 }), ['0–2×1']);
  assert.equal(partition.inFlightCount, 10);
  assert.equal(partition.nextFetchOffset(), 3);
  assert.deepEqual(acquire('b', { mode: 'record-limit', recordCountMax: 4 }), ['3–6×1']);
  assert.deepEqual(acquire('a', { recordCountMax: 1 }), ['7–9×1']);
});

test('what is acquired is handed out in pieces of the batch size, cut where a record batch begins', () => {
  const { acquire } = shareFixture([3, 3, 3, 3]);
  assert.deepEqual(acquire('a', { batchSize: 5 }), ['0–5×1', '6–11×1']);
});

test('a batch size of nothing is one record batch each', () => {
  const { acquire } = shareFixture([3, 3]);
  assert.deepEqual(acquire('a', { batchSize: 0 }), ['0–2×1', '3–5×1']);
});

test('no more is acquired once the record locks are used up, but what is in flight and free still is', () => {
  const { acquire, partition, acknowledge } = shareFixture([6, 6, 6], { settings: { recordLockCountMax: 10 } });
  assert.equal(partition.acquirableCountMax(), 10);
  assert.deepEqual(acquire('a'), ['0–11×1']);
  assert.equal(partition.canAcquire(), false);
  assert.equal(partition.acquirableCountMax(), 0);
  assert.deepEqual(acquire('b'), []);
  acknowledge('a', all(6, 8, RELEASE));
  assert.equal(partition.canAcquire(), true);
  assert.equal(partition.acquirableCountMax(), 6, 'from the first that is free to the last in flight');
  assert.deepEqual(acquire('b'), ['6–8×2']);
  acknowledge('a', all(0, 5, ACCEPT));
  assert.deepEqual(acquire('b'), ['12–17×1']);
});

test('the last record lock is given, and not one more', () => {
  const { acquire, partition } = shareFixture([1, 1, 1, 1], { settings: { recordLockCountMax: 3 } });
  assert.deepEqual(acquire('a', { recordCountMax: 2 }), ['0–1×1']);
  assert.equal(partition.canAcquire(), true);
  assert.deepEqual(acquire('a'), ['2–2×1']);
  assert.equal(partition.canAcquire(), false);
});

test('released records come with their count, before new ones', () => {
  const { acquire, acknowledge, partition } = shareFixture([4, 4]);
  acquire('a', { recordCountMax: 4 });
  acknowledge('a', all(1, 2, RELEASE));
  assert.equal(partition.nextFetchOffset(), 1);
  assert.deepEqual(acquire('b'), ['1–2×2', '4–7×1']);
});

test('a record that is being written is nobody’s', () => {
  const { acquire, begin } = shareFixture([4]);
  acquire('a');
  const write = begin('a', all(0, 3, RELEASE));
  assert.deepEqual(acquire('b'), []);
  assert.equal(write.settle(true), true);
  assert.deepEqual(acquire('b'), ['0–3×2']);
});

test('half-way to the limit of deliveries, a batch comes in smaller and smaller pieces, and at last record by record', () => {
  const { acquire, acknowledge } = shareFixture([8, 8]);
  const deliver = () => {
    const got = acquire('a', { recordCountMax: 8 });
    return got.filter((piece) => !piece.endsWith('×1'));
  };
  assert.deepEqual(acquire('a', { recordCountMax: 8 }), ['0–7×1']);
  acknowledge('a', all(0, 7, RELEASE));
  assert.deepEqual(deliver(), ['0–7×2']);
  acknowledge('a', all(0, 7, RELEASE));
  assert.deepEqual(deliver(), ['0–7×3']);
  acknowledge('a', all(0, 7, RELEASE));
  // Three times before: half of the batch.
  assert.deepEqual(deliver(), ['0–3×4']);
  acknowledge('a', all(0, 3, RELEASE));
  // Its last attempt: alone.
  assert.deepEqual(deliver(), ['0–0×5']);
});

test('nothing new goes with records that are delivered carefully', () => {
  const { acquire, acknowledge } = shareFixture([4, 4]);
  for (let i = 0; i < 3; i++) {
    acquire('a', { recordCountMax: 4 });
    acknowledge('a', all(0, 3, RELEASE));
  }
  assert.deepEqual(acquire('a'), ['0–1×4']);
});

test('what compaction took between that which is in flight and what is read is archived', () => {
  const { acquire, acknowledge, partition, spans } = shareFixture([3, 3, 3]);
  acquire('a', { recordCountMax: 6 });
  acknowledge('a', all(3, 5, RELEASE));
  const read = spans.filter(({ firstOffset }) => firstOffset >= 6);
  assert.deepEqual(acquire('b', { fetchOffset: 3, spans: read }), ['6–8×1']);
  assert.equal(partition.deliveryCompleteCount, 3);
  acknowledge('a', all(0, 2, ACCEPT));
  assert.equal(partition.startOffset, 6);
});

test('an empty window begins at the first record that there is', () => {
  const { acquire, partition } = shareFixture([5, 5]);
  assert.deepEqual(acquire('a', { fetchOffset: 0, spans: [{ firstOffset: 5, lastOffset: 9 }] }), ['5–9×1']);
  assert.equal(partition.startOffset, 5);
});

test('records below the start offset of a batch that is read are not acquired', () => {
  const { acquire } = shareFixture([10], { startOffset: 4 });
  assert.deepEqual(acquire('a'), ['4–9×1']);
});

test('locks last for the duration, on the clock that is given', () => {
  const { acquire, partition, clock } = shareFixture([4, 4]);
  acquire('a', { recordCountMax: 4 });
  clock.nowMs = 100;
  acquire('b');
  assert.equal(partition.lockEndMs, LOCK_MS);
  assert.equal(partition.endLocks(LOCK_MS - 1), undefined);
  assert.deepEqual(partition.endLocks(LOCK_MS)?.state.stateBatches, [
    { firstOffset: 0, lastOffset: 3, deliveryState: 0, deliveryCount: 1 },
  ]);
  assert.equal(partition.lockEndMs, LOCK_MS + 100);
  assert.deepEqual(acquire('c'), ['0–3×2']);
});

test('batches of aborted transactions are archived and left out', () => {
  const { acquire, partition, acknowledge, spans } = shareFixture([3, 3, 3]);
  assert.deepEqual(acquire('a', {}, spans.slice(1, 2)), ['0–2×1', '6–8×1']);
  assert.equal(partition.deliveryCompleteCount, 3);
  acknowledge('a', all(0, 2, ACCEPT));
  assert.equal(partition.startOffset, 6);
});

test('nothing but aborted records does not fill up the window', () => {
  const { acquire, partition, spans } = shareFixture([3, 3]);
  assert.deepEqual(acquire('a', {}, spans), []);
  assert.deepEqual([partition.startOffset, partition.endOffset, partition.deliveryCompleteCount], [6, 6, 0]);
});
