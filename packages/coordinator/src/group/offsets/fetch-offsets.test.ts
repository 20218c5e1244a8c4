import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { createOffsetsFixture, groupWith, ORDERS_ID, PAYMENTS_ID } from '../../testing/offsets-fixture.ts';

const ORDERS_0 = [{ name: 'orders', partitionIndexes: [0] }];

describe('a fetch of offsets', () => {
  test('of all topics gives all that the group has', () => {
    const { commit, fetch } = createOffsetsFixture();
    commit({ offsets: { 2: 20, 0: 5 } });
    commit({ topic: 'payments', offsets: { 1: 10 } });
    commit({ groupId: 'another', offsets: { 0: 99 } });
    const offsets = fetch({ topics: null }).topics.map(({ name, partitions }) => [
      name,
      partitions.map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]),
    ]);
    assert.deepEqual(offsets, [
      [
        'orders',
        [
          [0, 5],
          [2, 20],
        ],
      ],
      ['payments', [[1, 10]]],
    ]);
  });

  test('of a group that is not there gives none, without an error', () => {
    const { fetch } = createOffsetsFixture();
    const none = { partitionIndex: 0, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: 0 };
    assert.deepEqual(fetch(), { groupId: 'group', topics: [] });
    assert.deepEqual(fetch({ topics: ORDERS_0 }).topics[0]?.partitions, [none]);
  });

  test('of a group that has no offsets (a share group) is the same as of none', () => {
    const group = groupWith({ offsetFetchError: () => ErrorCode.GROUP_ID_NOT_FOUND });
    const { fetch } = createOffsetsFixture({ groups: [group] });
    assert.deepEqual(fetch(), { groupId: 'group', topics: [] });
    assert.equal(fetch({ topics: ORDERS_0 }).topics[0]?.partitions[0]?.committedOffset, -1);
  });

  test('asks the group about the member, and fails as a whole', () => {
    for (const errorCode of [ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.STALE_MEMBER_EPOCH]) {
      const asked: unknown[] = [];
      const offsetFetchError = (...claim: unknown[]) => asked.push(claim) && errorCode;
      const { fetch } = createOffsetsFixture({ groups: [groupWith({ offsetFetchError })] });
      const response = fetch({ memberId: 'm', memberEpoch: 5, topics: ORDERS_0 });
      assert.deepEqual(response, { groupId: 'group', errorCode, topics: [] });
      assert.deepEqual(asked, [['m', 5]]);
    }
  });

  test('that fails before v8 says so at each partition, from v8 on once for the group', () => {
    const group = groupWith({ offsetFetchError: () => ErrorCode.UNKNOWN_MEMBER_ID });
    const { fetch } = createOffsetsFixture({ groups: [group] });
    for (const [apiVersion, partitions] of [
      [1, [ErrorCode.UNKNOWN_MEMBER_ID]],
      [7, [ErrorCode.UNKNOWN_MEMBER_ID]],
      [8, []],
    ] as const) {
      const { errorCode, topics } = fetch({ topics: ORDERS_0 }, { apiVersion });
      assert.equal(errorCode, ErrorCode.UNKNOWN_MEMBER_ID);
      const found = topics.flatMap((topic) => topic.partitions.map((partition) => partition.errorCode));
      assert.deepEqual(found, partitions);
    }
  });

  test('with a topic’s id gives none of an earlier topic of the same name', () => {
    const { commit, fetch } = createOffsetsFixture();
    commit({ offsets: { 0: 5 } });
    const offset = (topicId: string) =>
      fetch({ topics: [{ name: 'orders', topicId, partitionIndexes: [0] }] }).topics[0];
    assert.equal(offset(ORDERS_ID)?.partitions[0]?.committedOffset, 5);
    assert.equal(offset(PAYMENTS_ID)?.partitions[0]?.committedOffset, -1);
    assert.equal(offset(PAYMENTS_ID)?.topicId, PAYMENTS_ID);
  });

  test('by name gives none of an earlier topic either, should its tombstones have been lost with the broker', () => {
    const fixture = createOffsetsFixture();
    fixture.commit({ offsets: { 0: 5 } });
    fixture.topicIds.set('orders', 'AAAAAAAAAAAAAAAAAAAAZZ');
    const { offsetOf, fetch } = fixture.restart();
    assert.equal(offsetOf(0), -1);
    assert.deepEqual(fetch().topics, []);
  });

  test('gives what records without a topic id hold', () => {
    const fixture = createOffsetsFixture();
    fixture.commitWithoutTopicId({ offsets: { 0: 5 } });
    assert.equal(fixture.offsetOf(0), 5);
    const { topics } = fixture.fetch({ topics: [{ name: 'orders', topicId: ORDERS_ID, partitionIndexes: [0] }] });
    assert.equal(topics[0]?.partitions[0]?.committedOffset, 5);
  });
});
