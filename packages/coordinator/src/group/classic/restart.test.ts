import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { GroupMetadataValueInput } from '@sluice/protocol/generated/records/group/group-metadata-value';
import { answered } from '../../testing/asked.ts';
import { createClassicFixture, SESSION_TIMEOUT_MS } from '../../testing/classic-fixture.ts';
import { stableGroup } from '../../testing/classic-members.ts';
import { GROUP_ID, subscription } from '../../testing/classic-requests.ts';
import type { GroupRecord } from '../group-record.ts';

function stored(value: Partial<GroupMetadataValueInput> | null): GroupRecord {
  const full = {
    protocolType: 'consumer',
    generation: 7,
    protocol: 'range',
    leader: 'a',
    currentStateTimestamp: 1_700_000_000_000,
    members: [member('a'), member('b')],
    ...value,
  };
  return { type: 'group-metadata', key: { group: GROUP_ID }, value: value === null ? null : full };
}

function member(memberId: string, groupInstanceId: string | null = null) {
  return {
    memberId,
    groupInstanceId,
    clientId: 'client',
    clientHost: '/127.0.0.1',
    rebalanceTimeout: 60_000,
    sessionTimeout: SESSION_TIMEOUT_MS,
    subscription: subscription('orders'),
    assignment: Buffer.from(`for ${memberId}`),
  };
}

describe('classic groups: after a restart', () => {
  test('a stable group goes on: members keep generation, assignment and a whole session', async () => {
    const fixture = createClassicFixture();
    const [a, b] = await stableGroup(fixture, [{}, { groupInstanceId: 'static' }]);
    assert(a !== undefined && b !== undefined);
    const after = fixture.restart();
    assert.equal(after.group().state, 'Stable');
    assert.deepEqual(after.groups.describe(GROUP_ID, 5), fixture.groups.describe(GROUP_ID, 5));
    await after.clock.advance(SESSION_TIMEOUT_MS - 1);
    assert.equal(after.heartbeat({ memberId: a.memberId }), ErrorCode.NONE);
    assert.equal(after.heartbeat({ memberId: b.memberId, groupInstanceId: 'static' }), ErrorCode.NONE);
    assert.equal(answered(after.sync({ memberId: b.memberId })).assignment.toString(), b.memberId);
    assert.deepEqual([...(after.group().subscribedTopics ?? [])], ['orders']);
  });

  test('members that do not come back are out after their session', async () => {
    const fixture = createClassicFixture();
    await stableGroup(fixture, [{}, {}]);
    const after = fixture.restart();
    await after.clock.advance(SESSION_TIMEOUT_MS);
    assert.equal(after.heartbeat({ memberId: 'anybody' }), ErrorCode.UNKNOWN_MEMBER_ID);
    await after.clock.advance(60_000);
    assert.deepEqual([after.group().state, after.group().generation], ['Empty', 2]);
  });

  test('a generation that was never stored is gone, and the one before is back', async () => {
    const fixture = createClassicFixture();
    const [a] = await stableGroup(fixture, [{}]);
    const again = answered(fixture.join({ memberId: a?.memberId ?? '' }));
    assert.equal(again.generationId, 2);
    const after = fixture.restart();
    assert.equal(after.heartbeat({ memberId: again.memberId, generationId: 2 }), ErrorCode.ILLEGAL_GENERATION);
    assert.equal(after.group().generation, 1);
  });

  test('a record that is newer replaces all of the older one', () => {
    const fixture = createClassicFixture({ records: [stored({}), stored({ generation: 8, members: [member('c')] })] });
    assert.deepEqual([...fixture.group().members.keys()], ['c']);
    assert.deepEqual([fixture.group().generation, fixture.group().leaderId], [8, 'c']);
  });

  test('a tombstone ends the group, and a later record begins it anew', () => {
    assert.equal(createClassicFixture({ records: [stored({}), stored(null)] }).table.size, 0);
    const fixture = createClassicFixture({ records: [stored({}), stored(null), stored({ generation: 1 })] });
    assert.equal(fixture.group().generation, 1);
  });

  test('records of old versions: one timeout for both, no time of the state', async () => {
    const old = { ...member('a'), rebalanceTimeout: -1 };
    const fixture = createClassicFixture({ records: [stored({ currentStateTimestamp: -1, members: [old] })] });
    assert.equal(fixture.group().rebalanceTimeoutMs, SESSION_TIMEOUT_MS);
    const empty = createClassicFixture({
      records: [stored({ currentStateTimestamp: -1, members: [], protocol: null })],
    });
    assert.equal(empty.group().offsetExpiry()?.baseTimestampMs(17), 17);
  });

  test('a leader that is no member is replaced by one', () => {
    assert.equal(createClassicFixture({ records: [stored({ leader: 'nobody' })] }).group().leaderId, 'a');
    assert.equal(createClassicFixture({ records: [stored({ leader: null })] }).group().leaderId, 'a');
  });

  test('a record that names a member or an instance twice is read all the same', () => {
    const members = [member('a', 'x'), member('a'), member('b', 'x'), member('c')];
    const fixture = createClassicFixture({ records: [stored({ members })] });
    assert.deepEqual([...fixture.group().members.keys()], ['a', 'c']);
  });

  test('of a group whose state was written by a later hour of the clock nothing expires early', () => {
    const fixture = createClassicFixture({ records: [stored({ members: [], protocol: null, leader: null })] });
    assert.equal(fixture.group().offsetExpiry()?.baseTimestampMs(1), 1_700_000_000_000);
  });
});

describe('classic groups: when the shard is unloaded', () => {
  test('everybody who waits is told why, once', async () => {
    const fixture = createClassicFixture();
    const [a, b] = await stableGroup(fixture, [{}, {}]);
    assert(a !== undefined && b !== undefined);
    const joining = fixture.join({ memberId: a.memberId });
    fixture.join({ groupId: 'other' });
    await fixture.clock.advance(3000);
    const [syncing] = fixture.group('other').members.keys();
    fixture.join({ groupId: 'other' });
    const other = fixture.join({ groupId: 'third' });
    fixture.groups.onUnloaded(ErrorCode.NOT_COORDINATOR);
    assert.deepEqual([joining.failure, other.failure], [ErrorCode.NOT_COORDINATOR, ErrorCode.NOT_COORDINATOR]);
    assert(syncing !== undefined);
    fixture.groups.onUnloaded(ErrorCode.NOT_COORDINATOR);
  });

  test('those who wait for an assignment too', async () => {
    const fixture = createClassicFixture();
    const asked = [fixture.join(), fixture.join()];
    await fixture.clock.advance(6000);
    const waiting = fixture.sync({ memberId: answered(asked[1] ?? fixture.join()).memberId });
    fixture.groups.onUnloaded(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    assert.equal(waiting.failure, ErrorCode.COORDINATOR_NOT_AVAILABLE);
  });
});
