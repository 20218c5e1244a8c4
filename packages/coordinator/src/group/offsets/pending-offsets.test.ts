import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { createOffsetsFixture, GROUP_ID, groupWith, type OffsetsFixture } from '../../testing/offsets-fixture.ts';

const RETENTION_MS = 7 * 86_400_000;
const CHECK_INTERVAL_MS = 600_000;

describe('offsets that are committed in a transaction', () => {
  test('count when it commits', () => {
    const { commitIn, offsets, offsetOf } = createOffsetsFixture();
    commitIn(7, 0, 42);
    assert.equal(offsetOf(0), -1);
    offsets.endTransaction(7, true);
    assert.equal(offsetOf(0), 42);
    offsets.endTransaction(7, true);
  });

  test('are forgotten when it aborts', () => {
    const { commitIn, offsets, offsetOf, fetch } = createOffsetsFixture();
    commitIn(7, 0, 42);
    offsets.endTransaction(7, false);
    assert.equal(offsetOf(0, { requireStable: true }), -1);
    assert.deepEqual(fetch({}, { requireStable: true }).topics, []);
  });

  test('keep those away who want stable offsets, but not others', () => {
    const { commit, commitIn, offsetOf, fetch, offsets } = createOffsetsFixture();
    commit({ offsets: { 0: 1, 1: 1 } });
    commitIn(7, 0, 42);
    commitIn(7, 3, 42);
    assert.deepEqual([offsetOf(0), offsetOf(1), offsetOf(3)], [1, 1, -1]);
    const stable = { requireStable: true };
    const unstable = -ErrorCode.UNSTABLE_OFFSET_COMMIT;
    assert.deepEqual([offsetOf(0, stable), offsetOf(1, stable), offsetOf(3, stable)], [unstable, 1, unstable]);
    // A partition whose first offset is pending is left out of what the group has.
    const partitions = fetch({}, stable).topics[0]?.partitions.map(({ partitionIndex, errorCode }) => [
      partitionIndex,
      errorCode,
    ]);
    assert.deepEqual(partitions, [
      [0, ErrorCode.UNSTABLE_OFFSET_COMMIT],
      [1, 0],
    ]);
    offsets.endTransaction(7, true);
    assert.deepEqual([offsetOf(0, stable), offsetOf(3, stable)], [42, 42]);
  });

  test('lose to what was committed for the partition after them', () => {
    const { commit, commitIn, offsets, offsetOf } = createOffsetsFixture();
    commitIn(7, 0, 42);
    commit({ offsets: { 0: 5 } });
    assert.equal(offsetOf(0, { requireStable: true }), -ErrorCode.UNSTABLE_OFFSET_COMMIT);
    offsets.endTransaction(7, true);
    assert.equal(offsetOf(0), 5);
  });

  test('of two transactions: the later record counts, whichever ends first', () => {
    for (const ends of [
      [7, 8],
      [8, 7],
    ]) {
      const { commitIn, offsets, offsetOf } = createOffsetsFixture();
      commitIn(7, 0, 70);
      commitIn(8, 0, 80);
      for (const producerId of ends) offsets.endTransaction(producerId, true);
      assert.equal(offsetOf(0), 80);
    }
  });

  test('of a producer that commits twice: its last', () => {
    const { commitIn, offsets, offsetOf } = createOffsetsFixture();
    commitIn(7, 0, 70);
    commitIn(7, 0, 71);
    offsets.endTransaction(7, true);
    assert.equal(offsetOf(0), 71);
  });

  test('go with the group, with the topic and with a tombstone', () => {
    const removals: ((fixture: OffsetsFixture) => void)[] = [
      (fixture) => fixture.perform({ records: fixture.offsets.tombstones(GROUP_ID, 10), replies: [] }),
      (fixture) => fixture.perform(fixture.offsets.onTopicsChanged(['orders'], fixture.clock.now())),
      (fixture) => void fixture.delete({ orders: [0] }),
    ];
    for (const removeFrom of removals) {
      const fixture = createOffsetsFixture({ groups: [groupWith()] });
      fixture.commitIn(7, 0, 42);
      removeFrom(fixture);
      fixture.offsets.endTransaction(7, true);
      assert.equal(fixture.offsetOf(0, { requireStable: true }), -1);
    }
  });

  test('keep the group and the partition’s offset from expiring', async () => {
    const fixture = createOffsetsFixture();
    fixture.commit();
    fixture.commitIn(7, 0, 42);
    fixture.commitIn(7, 1, 42);
    await fixture.clock.advance(2 * RETENTION_MS);
    assert.equal(fixture.offsetOf(0), 1);
    assert.equal(fixture.table.size, 1);
    fixture.offsets.endTransaction(7, false);
    await fixture.clock.advance(CHECK_INTERVAL_MS);
    assert.equal(fixture.table.size, 0);
  });
});
