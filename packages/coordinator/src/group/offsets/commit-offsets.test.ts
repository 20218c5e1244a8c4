import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import {
  type CommitInput,
  createOffsetsFixture,
  GROUP_ID,
  groupWith,
  ORDERS_ID,
} from '../../testing/offsets-fixture.ts';
import type { Group, OffsetCommitClaim } from '../group.ts';

describe('a commit', () => {
  test('is what a fetch then gives, with leader epoch and metadata, also after a restart', () => {
    const fixture = createOffsetsFixture();
    assert.deepEqual(fixture.commitErrors({ offsets: { 0: 7, 2: 9 }, leaderEpoch: 3, metadata: 'é' }), [0, 0]);
    for (const { fetch } of [fixture, fixture.restart()]) {
      const { topics, errorCode = 0 } = fetch({ topics: [{ name: 'orders', partitionIndexes: [0, 1, 2] }] });
      assert.equal(errorCode, 0);
      const none = { committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: 0 };
      const some = { committedLeaderEpoch: 3, metadata: 'é', errorCode: 0 };
      assert.deepEqual(topics[0]?.partitions, [
        { partitionIndex: 0, committedOffset: 7, ...some },
        { partitionIndex: 1, ...none },
        { partitionIndex: 2, committedOffset: 9, ...some },
      ]);
    }
  });

  test('is answered topic by topic with name and id', () => {
    const { topics } = createOffsetsFixture().commit({ offsets: { 4: 1 } }, 10);
    const partitions = [{ partitionIndex: 4, errorCode: 0 }];
    assert.deepEqual(topics, [{ name: 'orders', topicId: ORDERS_ID, partitions }]);
  });

  test('is written as Kafka 4.3 does: with the time, the topic id, and no expiry', () => {
    const { commit, records, clock } = createOffsetsFixture();
    commit({ offsets: { 4: 11 }, metadata: null });
    const key = { group: GROUP_ID, topic: 'orders', partition: 4 };
    const value = {
      offset: 11,
      leaderEpoch: -1,
      metadata: '',
      commitTimestamp: clock.now(),
      expireTimestamp: -1,
      topicId: ORDERS_ID,
    };
    assert.deepEqual(records, [{ type: 'offset-commit', key, value }]);
  });

  test('that names its topic is kept with the topic’s id', () => {
    const fixture = createOffsetsFixture();
    const { topics } = fixture.commit({ topicId: 'AAAAAAAAAAAAAAAAAAAAAA' });
    const [record] = fixture.records;
    assert(record?.type === 'offset-commit');
    assert.equal(record.value?.topicId, ORDERS_ID);
    assert.equal(topics[0]?.topicId, 'AAAAAAAAAAAAAAAAAAAAAA');
  });

  test('that goes back in offsets counts as any other', () => {
    const { commit, offsetOf } = createOffsetsFixture();
    commit({ offsets: { 0: 100 } });
    commit({ offsets: { 0: 5 } });
    assert.equal(offsetOf(0), 5);
  });

  test('without a generation makes a simple group where none is, even one without a name', () => {
    for (const groupId of ['fresh', '']) {
      const { commitErrors, table, offsetOf } = createOffsetsFixture();
      assert.deepEqual(commitErrors({ groupId }), [0]);
      const group = table.get(groupId);
      assert.deepEqual([group?.type, group?.protocolType, group?.stateName], ['classic', '', 'Empty']);
      assert.equal(offsetOf(0, { groupId }), 1);
    }
  });

  test('makes the group again when it is replayed', () => {
    const fixture = createOffsetsFixture();
    fixture.commit({ groupId: 'fresh' });
    assert.equal(fixture.restart().table.get('fresh')?.protocolType, '');
  });

  test('asks the group with all that the member says', () => {
    const asked: OffsetCommitClaim[] = [];
    const group = groupWith({ offsetCommitError: (claim) => asked.push(claim) && 0 });
    const { commit } = createOffsetsFixture({ groups: [group] });
    commit({ memberId: 'm', groupInstanceId: 'i', generation: 4 }, 8);
    const claim = { memberId: 'm', groupInstanceId: 'i', generationOrEpoch: 4, isTransactional: false, apiVersion: 8 };
    assert.deepEqual(asked, [claim]);
  });

  test('with retention times of v2 to v4 expires by them; absurd ones are forever or long ago', () => {
    for (const [retentionTimeMs, expected] of [
      [1_000, 1_000],
      [0, 0],
      [-5_000, -5_000],
      [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ] as const) {
      const { commitErrors, records, clock } = createOffsetsFixture();
      assert.deepEqual(commitErrors({ retentionTimeMs }, 3), [0]);
      const [record] = records;
      assert(record?.type === 'offset-commit');
      const expiry = Math.min(clock.now() + expected, Number.MAX_SAFE_INTEGER);
      assert.equal(record.value?.expireTimestamp, expiry, `${retentionTimeMs} ms`);
    }
  });
});

describe('a commit that is refused changes nothing', () => {
  const memberGroup = groupWith({ offsetCommitError: () => ErrorCode.STALE_MEMBER_EPOCH });
  const cases: {
    name: string;
    group?: Group;
    input: CommitInput;
    apiVersion?: number;
    errors: number[];
  }[] = [
    {
      name: 'a generation of a group that is not there',
      input: { generation: 0 },
      errors: [ErrorCode.GROUP_ID_NOT_FOUND],
    },
    {
      name: 'the same by a client that does not know this error',
      input: { generation: 0 },
      apiVersion: 8,
      errors: [ErrorCode.ILLEGAL_GENERATION],
    },
    {
      name: 'what the group refuses, for all partitions',
      group: memberGroup,
      input: { generation: 3, memberId: 'm', offsets: { 0: 1, 1: 1 } },
      errors: [ErrorCode.STALE_MEMBER_EPOCH, ErrorCode.STALE_MEMBER_EPOCH],
    },
    {
      name: 'metadata over the limit',
      input: { metadata: 'x'.repeat(4097) },
      errors: [ErrorCode.OFFSET_METADATA_TOO_LARGE],
    },
    {
      name: 'one partition that the member was not assigned by its epoch (KIP-1251), for all',
      group: groupWith({ partitionCommitError: (_, __, partition) => (partition === 1 ? 113 : 0) }),
      input: { generation: 3, memberId: 'm', offsets: { 0: 1, 1: 1 } },
      errors: [113, 113],
    },
  ];
  for (const { name, group, input, apiVersion, errors } of cases) {
    test(name, () => {
      const fixture = createOffsetsFixture(group === undefined ? {} : { groups: [group] });
      assert.deepEqual(fixture.commitErrors(input, apiVersion), errors);
      assert.deepEqual(fixture.records, []);
      assert.deepEqual(fixture.fetch().topics, []);
    });
  }

  test('metadata at the limit is taken, counted in characters as Java does', () => {
    for (const character of ['x', 'é', '語']) {
      const { commitErrors, fetch } = createOffsetsFixture();
      assert.deepEqual(commitErrors({ metadata: character.repeat(4096) }), [0]);
      assert.equal(fetch().topics[0]?.partitions[0]?.metadata, character.repeat(4096));
    }
  });

  test('metadata that no record can hold is refused, whatever the setting says', () => {
    const { commitErrors } = createOffsetsFixture({ settings: { metadataSizeMax: 1_000_000 } });
    assert.deepEqual(commitErrors({ metadata: 'x'.repeat(32_767) }), [0]);
    assert.deepEqual(commitErrors({ metadata: '語'.repeat(10_923) }), [ErrorCode.OFFSET_METADATA_TOO_LARGE]);
    assert.deepEqual(commitErrors({ metadata: 'x'.repeat(32_768) }), [ErrorCode.OFFSET_METADATA_TOO_LARGE]);
  });
});
