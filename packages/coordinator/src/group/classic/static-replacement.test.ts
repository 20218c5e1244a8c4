import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { answered } from '../../testing/asked.ts';
import { createClassicFixture, SESSION_TIMEOUT_MS } from '../../testing/classic-fixture.ts';
import { stableGroup } from '../../testing/classic-members.ts';
import { subscription } from '../../testing/classic-requests.ts';

const A = { groupInstanceId: 'a' };
const B = { groupInstanceId: 'b' };

describe('classic groups: static members', () => {
  test('a follower that starts again keeps the generation and its assignment under a new member id', async () => {
    const fixture = createClassicFixture();
    const [a, b] = await stableGroup(fixture, [A, B]);
    assert(a !== undefined && b !== undefined);
    const again = answered(fixture.join(B, 9));
    assert.deepEqual(
      { ...again, memberId: '', skipAssignment: again.skipAssignment ?? false },
      { ...b, memberId: '', skipAssignment: false },
    );
    assert.notEqual(again.memberId, b.memberId);
    const { assignment } = answered(fixture.sync({ memberId: again.memberId, ...B }));
    assert.equal(assignment.toString(), b.memberId);
    const record = fixture.records.at(-1);
    assert(record?.type === 'group-metadata' && record.value !== null);
    assert.deepEqual(record.value.members.map(({ memberId }) => memberId).sort(), [a.memberId, again.memberId].sort());
  });

  test('a leader that starts again is told to skip the assignment, since version 9', async () => {
    const fixture = createClassicFixture();
    const [a] = await stableGroup(fixture, [A, B]);
    const again = answered(fixture.join(A, 9));
    assert.deepEqual([again.leader, again.skipAssignment, again.members.length], [again.memberId, true, 2]);
    assert.equal(again.generationId, a?.generationId);
  });

  test('before version 9 it is shown its old id as the leader, so that it does not assign', async () => {
    const fixture = createClassicFixture();
    const [a] = await stableGroup(fixture, [A, B]);
    const again = answered(fixture.join(A, 8));
    assert.deepEqual([again.leader, again.skipAssignment ?? false, again.members], [a?.memberId, false, []]);
    assert.equal(fixture.group().leaderId, again.memberId);
  });

  test('the old member id is fenced', async () => {
    const fixture = createClassicFixture();
    const [a] = await stableGroup(fixture, [A, B]);
    assert(a !== undefined);
    const old = { memberId: a.memberId, ...A };
    fixture.join(A, 9);
    assert.equal(fixture.heartbeat(old), ErrorCode.FENCED_INSTANCE_ID);
    assert.equal(answered(fixture.sync(old)).errorCode, ErrorCode.FENCED_INSTANCE_ID);
    assert.equal(answered(fixture.join(old, 9)).errorCode, ErrorCode.FENCED_INSTANCE_ID);
    assert.equal(fixture.leave({ members: [old] }).members?.[0]?.errorCode, ErrorCode.FENCED_INSTANCE_ID);
    const commit = { ...old, generationOrEpoch: 1, isTransactional: false, apiVersion: 8 };
    assert.equal(fixture.group().offsetCommitError(commit), ErrorCode.FENCED_INSTANCE_ID);
    assert.equal(fixture.heartbeat({ memberId: a.memberId }), ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test('whoever waits on behalf of the old process is fenced too', async () => {
    const fixture = createClassicFixture();
    const [a, b] = await stableGroup(fixture, [A, B]);
    const joining = fixture.join({ memberId: a?.memberId ?? '', ...A });
    const replacing = fixture.join(A, 9);
    assert.equal(answered(joining).errorCode, ErrorCode.FENCED_INSTANCE_ID);
    const other = fixture.join({ memberId: b?.memberId ?? '', ...B });
    assert.deepEqual([answered(replacing).generationId, answered(other).generationId], [2, 2]);
    const follower = [answered(replacing), answered(other)].find(({ memberId, leader }) => memberId !== leader);
    const syncing = fixture.sync({ memberId: follower?.memberId ?? '', generationId: 2 });
    fixture.join(follower?.memberId.startsWith('a-') ? A : B, 9);
    assert.equal(answered(syncing).errorCode, ErrorCode.FENCED_INSTANCE_ID);
  });

  test('another choice of protocol begins a new generation', async () => {
    const fixture = createClassicFixture();
    const range = { name: 'range', metadata: subscription('a') };
    const roundRobin = { name: 'roundrobin', metadata: subscription('a') };
    const [a] = await stableGroup(fixture, [{ ...A, protocols: [range, roundRobin] }]);
    assert.equal(a?.protocolName, 'range');
    const again = fixture.join({ ...A, protocols: [roundRobin, range] }, 9);
    assert.deepEqual([answered(again).generationId, answered(again).protocolName], [2, 'roundrobin']);
  });

  test('before the assignments are there, it begins a new generation', async () => {
    const fixture = createClassicFixture();
    fixture.join(A);
    fixture.join(B);
    await fixture.clock.advance(6000);
    fixture.join(B, 9);
    assert.equal(fixture.group().state, 'PreparingRebalance');
  });

  test('its place is kept in a rebalance until its session ends', async () => {
    const fixture = createClassicFixture();
    const [a, b] = await stableGroup(fixture, [
      { ...A, rebalanceTimeoutMs: 20_000, sessionTimeoutMs: 50_000 },
      { rebalanceTimeoutMs: 20_000, sessionTimeoutMs: 50_000 },
    ]);
    assert(a !== undefined && b !== undefined);
    const other = fixture.join({
      memberId: b.memberId,
      rebalanceTimeoutMs: 20_000,
      sessionTimeoutMs: 50_000,
      protocols: [{ name: 'range', metadata: subscription('payments') }],
    });
    await fixture.clock.advance(20_000);
    const joined = answered(other);
    assert.deepEqual([joined.generationId, joined.leader, joined.members.length], [2, b.memberId, 2]);
    assert(fixture.group().members.has(a.memberId));
  });

  test('the new process has its own session from the start', async () => {
    const fixture = createClassicFixture();
    await stableGroup(fixture, [A]);
    await fixture.clock.advance(SESSION_TIMEOUT_MS - 1);
    const { memberId } = answered(fixture.join(A, 9));
    await fixture.clock.advance(SESSION_TIMEOUT_MS - 1);
    assert.equal(fixture.heartbeat({ memberId, ...A }), ErrorCode.NONE);
    await fixture.clock.advance(SESSION_TIMEOUT_MS);
    assert.equal(fixture.group().isEmpty, true);
  });
});
