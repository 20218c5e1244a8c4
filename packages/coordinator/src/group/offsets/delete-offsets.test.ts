import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { createOffsetsFixture, GROUP_ID, groupWith, type OffsetsFixture } from '../../testing/offsets-fixture.ts';
import type { Group } from '../group.ts';
import { DELETION_SLICE_OFFSETS_MAX } from './group-offsets.ts';

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
    assert.equal(fixture.offsets.tombstones(GROUP_ID, 2).length, 2);
    fixture.perform({ records: fixture.offsets.tombstones(GROUP_ID, 4), replies: [] });
    assert.equal(fixture.offsets.hasOffsets(GROUP_ID), false);
    assert.deepEqual(fixture.restart().fetch().topics, []);
    assert.deepEqual(fixture.offsets.tombstones('nobody', 4), []);
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

  test('go so many at once and no more, the rest when others have had their turn', async () => {
    const fixture = createOffsetsFixture();
    // Each is looked at, and is gone.
    const groupsPerSlice = DELETION_SLICE_OFFSETS_MAX / 2;
    const tombstoneCount = () => fixture.records.filter(({ value }) => value === null).length;
    for (let group = 0; group < groupsPerSlice + 1; group++) fixture.commit({ groupId: `group ${group}` });
    fixture.topicIds.delete('orders');
    deleteTopics(fixture, ['orders']);
    assert.equal(tombstoneCount(), groupsPerSlice);
    await fixture.clock.advance(1);
    assert.equal(tombstoneCount(), groupsPerSlice + 1);
    assert.equal(fixture.clock.timerCount, 1, 'that of expiry');
  });

  test('go with it if another is deleted before all were looked at', async () => {
    const fixture = createOffsetsFixture();
    for (const topic of ['orders', 'payments']) {
      for (let group = 0; group < DELETION_SLICE_OFFSETS_MAX; group++) fixture.commit({ groupId: `${group}`, topic });
    }
    fixture.topicIds.clear();
    deleteTopics(fixture, ['orders']);
    deleteTopics(fixture, ['payments']);
    await fixture.clock.advance(100);
    assert.equal(fixture.records.filter(({ value }) => value === null).length, 2 * DELETION_SLICE_OFFSETS_MAX);
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
