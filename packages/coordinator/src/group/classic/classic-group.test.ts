import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { answered } from '../../testing/asked.ts';
import { createClassicFixture } from '../../testing/classic-fixture.ts';
import { stableGroup } from '../../testing/classic-members.ts';
import { GROUP_ID, subscription } from '../../testing/classic-requests.ts';
import { ClassicGroup } from './classic-group.ts';

const nobody = { memberId: '', groupInstanceId: null, generationOrEpoch: -1, isTransactional: false, apiVersion: 8 };

describe('classic groups: who may commit', () => {
  test('in a stable group its members of this generation', async () => {
    const fixture = createClassicFixture();
    const [a, b] = await stableGroup(fixture, [{}, { groupInstanceId: 'b' }]);
    const group = fixture.group();
    const error = (claim: object) => group.offsetCommitError({ ...nobody, ...claim });
    const memberA = { memberId: a?.memberId, generationOrEpoch: 1 };
    const memberB = { memberId: b?.memberId, generationOrEpoch: 1, groupInstanceId: 'b' };
    assert.equal(error(memberA), ErrorCode.NONE);
    assert.equal(error(memberB), ErrorCode.NONE);
    assert.equal(error({ ...memberA, generationOrEpoch: 0 }), ErrorCode.ILLEGAL_GENERATION);
    assert.equal(error({ ...memberA, generationOrEpoch: 2 }), ErrorCode.ILLEGAL_GENERATION);
    assert.equal(error({ ...memberA, generationOrEpoch: -1 }), ErrorCode.ILLEGAL_GENERATION);
    assert.equal(error({ ...memberA, memberId: 'x' }), ErrorCode.UNKNOWN_MEMBER_ID);
    assert.equal(error({ ...memberB, memberId: 'x' }), ErrorCode.FENCED_INSTANCE_ID);
    assert.equal(error({ ...memberB, groupInstanceId: 'x' }), ErrorCode.UNKNOWN_MEMBER_ID);
    assert.equal(error({}), ErrorCode.UNKNOWN_MEMBER_ID);
    assert.equal(error({ isTransactional: true }), ErrorCode.NONE, 'old transactional clients say nothing');
  });

  test('while members join, those who are there; before the assignments nobody, but in transactions', async () => {
    const fixture = createClassicFixture();
    const [a, b] = await stableGroup(fixture, [{}, {}]);
    assert(a !== undefined && b !== undefined);
    fixture.join({ memberId: a.memberId });
    const memberB = { ...nobody, memberId: b.memberId };
    assert.equal(fixture.group().offsetCommitError({ ...memberB, generationOrEpoch: 1 }), ErrorCode.NONE);
    fixture.join({ memberId: b.memberId });
    const now = { ...memberB, generationOrEpoch: 2 };
    assert.equal(fixture.group().offsetCommitError(now), ErrorCode.REBALANCE_IN_PROGRESS);
    assert.equal(fixture.group().offsetCommitError({ ...now, isTransactional: true }), ErrorCode.NONE);
  });

  test('in an empty group whoever is no member', () => {
    const group = new ClassicGroup(GROUP_ID, 1);
    assert.equal(group.offsetCommitError(nobody), ErrorCode.NONE);
    assert.equal(group.offsetCommitError({ ...nobody, memberId: 'x' }), ErrorCode.NONE);
    const member = { ...nobody, memberId: 'x', generationOrEpoch: 0 };
    assert.equal(group.offsetCommitError(member), ErrorCode.UNKNOWN_MEMBER_ID);
  });
});

describe('classic groups: what may be deleted', () => {
  test('a simple group, its offsets by their own age', () => {
    const group = new ClassicGroup(GROUP_ID, 1);
    assert.deepEqual([group.type, group.protocolType, group.stateName, group.isEmpty], ['classic', '', 'Empty', true]);
    assert.deepEqual([group.deleteError(), group.offsetDeleteError(), group.offsetFetchError()], [0, 0, 0]);
    assert.equal(group.isSubscribedTo('orders'), false);
    assert.equal(group.offsetExpiry()?.baseTimestampMs(17), 17);
    assert.deepEqual(group.tombstones(), [{ type: 'group-metadata', key: { group: GROUP_ID }, value: null }]);
  });

  test('of a group of consumers only offsets of topics that nobody reads', async () => {
    const fixture = createClassicFixture();
    await stableGroup(fixture, [{ protocols: [{ name: 'range', metadata: subscription('orders') }] }, {}]);
    const group = fixture.group();
    assert.deepEqual([group.deleteError(), group.offsetDeleteError()], [ErrorCode.NON_EMPTY_GROUP, 0]);
    assert.deepEqual([group.isSubscribedTo('orders'), group.isSubscribedTo('other')], [true, false]);
    assert.equal(group.offsetExpiry()?.baseTimestampMs(17), 17);
  });

  test('while it rebalances no offset expires', async () => {
    const fixture = createClassicFixture();
    const [a] = await stableGroup(fixture, [{}, {}]);
    fixture.join({ memberId: a?.memberId ?? '' });
    assert.equal(fixture.group().offsetExpiry(), undefined);
  });

  test('of an empty group all offsets, from the moment when it became empty', async () => {
    const fixture = createClassicFixture();
    const [a] = await stableGroup(fixture, [{}]);
    await fixture.clock.advance(5000);
    fixture.leave({ members: [{ memberId: a?.memberId ?? '', groupInstanceId: null, reason: null }] });
    const group = fixture.group();
    assert.equal(group.deleteError(), 0);
    assert.equal(group.offsetExpiry()?.baseTimestampMs(17), fixture.clock.now());
    assert.equal(group.isSubscribedTo('orders'), false);
  });

  test('of members that say nothing that we understand everything is assumed, and nothing expires', async () => {
    const blobs = {
      empty: Buffer.alloc(0),
      short: Buffer.from([0]),
      'a negative version': Buffer.from([0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]),
      'topics without end': Buffer.from([0, 0, 0x7f, 0xff, 0xff, 0xff]),
      'a topic that is cut': Buffer.from([0, 0, 0, 0, 0, 1, 0, 9, 1]),
    };
    for (const [name, metadata] of Object.entries(blobs)) {
      const fixture = createClassicFixture();
      await stableGroup(fixture, [{}, { protocols: [{ name: 'range', metadata }] }]);
      const group = fixture.group();
      assert.equal(group.subscribedTopics, undefined, name);
      assert.equal(group.isSubscribedTo('anything'), true, name);
      assert.equal(group.offsetExpiry(), undefined, name);
    }
  });

  test('of a group that is not of consumers no offset, while it has members', async () => {
    const fixture = createClassicFixture();
    await stableGroup(fixture, [{ protocolType: 'connect' }]);
    const group = fixture.group();
    assert.deepEqual(
      [group.deleteError(), group.offsetDeleteError()],
      [ErrorCode.NON_EMPTY_GROUP, ErrorCode.NON_EMPTY_GROUP],
    );
    assert.equal(group.isSubscribedTo('orders'), false);
    assert.equal(group.offsetExpiry(), undefined);
  });

  test('a tombstone ends a group that lives, and its timers', async () => {
    const fixture = createClassicFixture();
    answered(fixture.join({}, 4));
    fixture.perform({ records: fixture.group().tombstones(), replies: [] });
    assert.equal(fixture.table.size, 0);
    assert.equal(fixture.clock.timerCount, 0);
  });
});

describe('classic groups: described', () => {
  test('with what members said only while they are stable', async () => {
    const fixture = createClassicFixture();
    const [a] = await stableGroup(fixture, [{ groupInstanceId: 'x' }]);
    const described = {
      memberId: a?.memberId,
      groupInstanceId: 'x',
      clientId: 'client',
      clientHost: '/127.0.0.1',
      memberMetadata: subscription('orders'),
      memberAssignment: Buffer.from(a?.memberId ?? ''),
    };
    const group = { errorCode: 0, groupId: GROUP_ID, protocolType: 'consumer' };
    assert.deepEqual(fixture.groups.describe(GROUP_ID, 5), {
      ...group,
      groupState: 'Stable',
      protocolData: 'range',
      members: [described],
    });
    fixture.join();
    assert.deepEqual(fixture.groups.describe(GROUP_ID, 5), {
      ...group,
      groupState: 'PreparingRebalance',
      protocolData: '',
      members: [
        { ...described, memberMetadata: Buffer.alloc(0) },
        {
          ...described,
          memberId: [...fixture.group().members.keys()][1],
          groupInstanceId: null,
          memberMetadata: Buffer.alloc(0),
          memberAssignment: Buffer.alloc(0),
        },
      ],
    });
  });
});
