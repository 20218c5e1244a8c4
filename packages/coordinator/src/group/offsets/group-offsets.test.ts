import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { createOffsetsFixture, GROUP_ID, groupWith, type OffsetsFixture } from '../../testing/offsets-fixture.ts';
import type { Group } from '../group.ts';

const RETENTION_MS = 7 * 86_400_000;
const CHECK_INTERVAL_MS = 600_000;

describe('deleting offsets', () => {
  test('writes a tombstone where there is one, and is no error where there is none', () => {
    const fixture = createOffsetsFixture({ groups: [groupWith()] });
    fixture.commit({ offsets: { 0: 1, 1: 2 } });
    const { errorCode, topics } = fixture.delete({ orders: [0, 5] });
    assert.equal(errorCode, 0);
    const partitions = [0, 5].map((partitionIndex) => ({ partitionIndex, errorCode: 0 }));
    assert.deepEqual(topics, [{ name: 'orders', partitions }]);
    assert.equal(fixture.records.length, 3);
    for (const { offsetOf } of [fixture, fixture.restart()]) assert.deepEqual([offsetOf(0), offsetOf(1)], [-1, 2]);
  });

  test('leaves topics that the group reads, and deletes the others', () => {
    const fixture = createOffsetsFixture({ groups: [groupWith({ isSubscribedTo: (topic) => topic === 'orders' })] });
    fixture.commit();
    fixture.commit({ topic: 'payments' });
    const { errorCode, topics } = fixture.delete({ orders: [0], payments: [0] });
    const codes = topics.map(({ partitions }) => partitions[0]?.errorCode);
    assert.deepEqual([errorCode, ...codes], [0, ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC, 0]);
    assert.deepEqual(
      fixture.fetch().topics.map(({ name }) => name),
      ['orders'],
    );
  });

  const refused: [string, Group | undefined, string, number][] = [
    ['a group that is not there', undefined, 'nobody', ErrorCode.GROUP_ID_NOT_FOUND],
    ['a group without a name', undefined, '', ErrorCode.INVALID_GROUP_ID],
    [
      'a group that is busy',
      groupWith({ offsetDeleteError: () => ErrorCode.NON_EMPTY_GROUP }),
      GROUP_ID,
      ErrorCode.NON_EMPTY_GROUP,
    ],
  ];
  for (const [name, group, groupId, expected] of refused) {
    test(`is refused as a whole for ${name}`, () => {
      const fixture = createOffsetsFixture(group === undefined ? {} : { groups: [group] });
      if (groupId !== 'nobody') fixture.commit({ groupId });
      const before = fixture.records.length;
      const { errorCode, topics } = fixture.delete({ orders: [0] }, groupId);
      assert.deepEqual([errorCode, topics], [expected, []]);
      assert.equal(fixture.records.length, before);
    });
  }

  test('of a whole group leaves nothing', () => {
    const fixture = createOffsetsFixture();
    fixture.commit({ offsets: { 0: 1, 1: 2 } });
    fixture.commit({ topic: 'payments' });
    assert.equal(fixture.offsets.hasOffsets(GROUP_ID), true);
    fixture.perform({ records: fixture.offsets.tombstones(GROUP_ID), replies: [] });
    assert.equal(fixture.offsets.hasOffsets(GROUP_ID), false);
    assert.deepEqual(fixture.restart().fetch().topics, []);
    assert.deepEqual(fixture.offsets.tombstones('nobody'), []);
  });
});

describe('offsets of a topic', () => {
  function deleteTopics(fixture: OffsetsFixture, names: readonly string[]): void {
    fixture.perform(fixture.offsets.onTopicsChanged(names, fixture.clock.now()));
  }

  test('go with it, in all groups', () => {
    const fixture = createOffsetsFixture();
    fixture.commit({ offsets: { 0: 1, 1: 2 } });
    fixture.commit({ groupId: 'another' });
    fixture.commit({ topic: 'payments' });
    fixture.topicIds.delete('orders');
    deleteTopics(fixture, ['orders']);
    for (const { fetch } of [fixture, fixture.restart()]) {
      assert.deepEqual(
        fetch().topics.map(({ name }) => name),
        ['payments'],
      );
      assert.deepEqual(fetch({}, { groupId: 'another' }).topics, []);
    }
  });

  test('go with it when it was made again at once, but not those of the new one', () => {
    const fixture = createOffsetsFixture();
    fixture.commit({ offsets: { 0: 1, 1: 1 } });
    fixture.topicIds.set('orders', 'AAAAAAAAAAAAAAAAAAAAZQ');
    fixture.commit({ offsets: { 1: 7 } });
    deleteTopics(fixture, ['orders']);
    assert.deepEqual([fixture.offsetOf(0), fixture.offsetOf(1)], [-1, 7]);
    assert.equal(fixture.records.filter(({ value }) => value === null).length, 1);
  });

  test('go with it if nothing is known of its id', () => {
    const fixture = createOffsetsFixture();
    fixture.commitWithoutTopicId({ offsets: { 0: 1 } });
    fixture.topicIds.set('orders', 'AAAAAAAAAAAAAAAAAAAAZQ');
    deleteTopics(fixture, ['orders']);
    assert.deepEqual(fixture.fetch().topics, []);
  });

  test('stay when other things of the cluster change', () => {
    const fixture = createOffsetsFixture();
    fixture.commit();
    deleteTopics(fixture, []);
    deleteTopics(fixture, ['unheard-of']);
    assert.equal(fixture.offsetOf(0), 1);
  });
});

describe('expiry', () => {
  async function after(fixture: OffsetsFixture, ms: number): Promise<void> {
    await fixture.clock.advance(ms);
  }

  test('takes offsets of a simple group after the retention, then the group', async () => {
    const fixture = createOffsetsFixture();
    fixture.commit();
    await after(fixture, RETENTION_MS - CHECK_INTERVAL_MS);
    assert.equal(fixture.offsetOf(0), 1);
    await after(fixture, 2 * CHECK_INTERVAL_MS);
    assert.equal(fixture.offsetOf(0), -1);
    assert.equal(fixture.table.size, 0);
    assert.equal(fixture.restart().table.size, 0);
  });

  test('counts from the last commit, partition by partition', async () => {
    const fixture = createOffsetsFixture();
    fixture.commit({ offsets: { 0: 1, 1: 1 } });
    await after(fixture, RETENTION_MS / 2);
    fixture.commit({ offsets: { 1: 2 } });
    await after(fixture, RETENTION_MS / 2 + CHECK_INTERVAL_MS);
    assert.deepEqual([fixture.offsetOf(0), fixture.offsetOf(1)], [-1, 2]);
    assert.equal(fixture.table.size, 1);
  });

  test('counts from when the group says', async () => {
    let sinceMs = 0;
    const group = groupWith({ offsetExpiry: () => ({ baseTimestampMs: () => sinceMs }) });
    const fixture = createOffsetsFixture({ groups: [group] });
    sinceMs = fixture.clock.now() + RETENTION_MS;
    fixture.commit();
    await after(fixture, RETENTION_MS + CHECK_INTERVAL_MS);
    assert.equal(fixture.offsetOf(0), 1);
    await after(fixture, RETENTION_MS + CHECK_INTERVAL_MS);
    assert.equal(fixture.offsetOf(0), -1);
    assert.equal(fixture.table.size, 1, 'it has members');
  });

  const kept: [string, Partial<Group>][] = [
    ['topics that the group reads', { isSubscribedTo: () => true }],
    ['groups that are busy', { offsetExpiry: () => undefined }],
  ];
  for (const [name, overrides] of kept) {
    test(`leaves the offsets of ${name}`, async () => {
      const fixture = createOffsetsFixture({ groups: [groupWith({ ...overrides, isEmpty: true })] });
      fixture.commit();
      await after(fixture, 3 * RETENTION_MS);
      assert.equal(fixture.offsetOf(0), 1);
      assert.equal(fixture.table.size, 1);
    });
  }

  test('follows the retention time of OffsetCommit v2 to v4 instead of the broker’s', async () => {
    const fixture = createOffsetsFixture();
    fixture.commit({ offsets: { 0: 1 }, retentionTimeMs: 1_000 }, 3);
    fixture.commit({ offsets: { 1: 1 }, retentionTimeMs: 3 * RETENTION_MS }, 3);
    await after(fixture, CHECK_INTERVAL_MS);
    assert.deepEqual([fixture.offsetOf(0), fixture.offsetOf(1)], [-1, 1]);
    await after(fixture, 2 * RETENTION_MS);
    assert.equal(fixture.offsetOf(1), 1);
  });

  test('takes an empty group without offsets at the next look, and leaves one with members', async () => {
    const empty = groupWith({ isEmpty: true });
    const busy = groupWith({ groupId: 'busy', offsetExpiry: () => undefined });
    const fixture = createOffsetsFixture({ groups: [empty, busy] });
    await after(fixture, CHECK_INTERVAL_MS);
    assert.deepEqual(
      [...fixture.table.values()].map(({ groupId }) => groupId),
      ['busy'],
    );
  });

  test('looks at many groups in slices, and misses none', async () => {
    const fixture = createOffsetsFixture({ settings: { retentionMs: 1_000 } });
    const groupCount = 3_000;
    for (let i = 0; i < groupCount; i++) fixture.commit({ groupId: `g${i}`, offsets: { 0: 1, 1: 1, 2: 1, 3: 1 } });
    await after(fixture, CHECK_INTERVAL_MS - 1);
    assert.equal(fixture.table.size, groupCount);
    await after(fixture, 1);
    assert.equal(fixture.table.size, 0);
    fixture.commit();
    await after(fixture, CHECK_INTERVAL_MS);
    assert.equal(fixture.table.size, 0, 'and looks again after the interval');
  });
});

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
      (fixture) => fixture.perform({ records: fixture.offsets.tombstones(GROUP_ID), replies: [] }),
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
