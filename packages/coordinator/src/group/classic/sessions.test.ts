import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { answered } from '../../testing/asked.ts';
import { createClassicFixture, SESSION_TIMEOUT_MS } from '../../testing/classic-fixture.ts';
import { stableGroup } from '../../testing/classic-members.ts';

describe('classic groups: sessions', () => {
  test('a member that sends heartbeats stays, one that does not is out and the others begin anew', async () => {
    const fixture = createClassicFixture();
    const [a, b] = await stableGroup(fixture, [{}, {}]);
    assert(a !== undefined && b !== undefined);
    await fixture.clock.advance(SESSION_TIMEOUT_MS - 1);
    assert.equal(fixture.heartbeat({ memberId: a.memberId }), ErrorCode.NONE);
    await fixture.clock.advance(1);
    assert.equal(fixture.heartbeat({ memberId: a.memberId }), ErrorCode.REBALANCE_IN_PROGRESS);
    assert.equal(fixture.heartbeat({ memberId: b.memberId }), ErrorCode.UNKNOWN_MEMBER_ID);
    assert.equal(answered(fixture.join({ memberId: a.memberId })).generationId, 2);
  });

  test('a commit is a sign of life, one within a transaction is not', async () => {
    const fixture = createClassicFixture();
    const [a, b] = await stableGroup(fixture, [{}, {}]);
    assert(a !== undefined && b !== undefined);
    await fixture.clock.advance(SESSION_TIMEOUT_MS - 1);
    const commit = { groupInstanceId: null, generationOrEpoch: 1, apiVersion: 8 };
    assert.equal(fixture.group().offsetCommitError({ ...commit, memberId: a.memberId, isTransactional: false }), 0);
    assert.equal(fixture.group().offsetCommitError({ ...commit, memberId: b.memberId, isTransactional: true }), 0);
    await fixture.clock.advance(1);
    assert.deepEqual([...fixture.group().members.keys()], [a.memberId]);
  });

  test('a member that joined and waits does not expire; the session runs again once it is answered', async () => {
    const fixture = createClassicFixture();
    const [a, b] = await stableGroup(fixture, [{}, { sessionTimeoutMs: 50_000 }]);
    assert(a !== undefined && b !== undefined);
    const waiting = fixture.join({ memberId: a.memberId });
    await fixture.clock.advance(SESSION_TIMEOUT_MS * 3);
    assert.equal(waiting.response, undefined);
    fixture.join({ memberId: b.memberId, sessionTimeoutMs: 50_000 });
    assert.equal(answered(waiting).generationId, 2);
    await fixture.clock.advance(SESSION_TIMEOUT_MS);
    assert.deepEqual([...fixture.group().members.keys()], [b.memberId]);
  });

  test('the wall clock may jump: sessions do not notice', async () => {
    const fixture = createClassicFixture();
    const [a] = await stableGroup(fixture, [{}]);
    fixture.clock.jump(86_400_000);
    await fixture.clock.advance(1000);
    assert.equal(fixture.heartbeat({ memberId: a?.memberId ?? '' }), ErrorCode.NONE);
  });

  test('of a group without members no timer is left', async () => {
    const fixture = createClassicFixture();
    const joined = await stableGroup(fixture, [{}, { groupInstanceId: 'static' }]);
    fixture.join({}, 4);
    fixture.leave({ members: joined.map(({ memberId }) => ({ memberId })) });
    await fixture.clock.advance(SESSION_TIMEOUT_MS);
    assert.equal(fixture.group().state, 'Empty');
    assert.equal(fixture.clock.timerCount, 0);
  });

  test('a rebalance timeout of 0 and a static member that does not come back make no endless loop', async () => {
    const fixture = createClassicFixture();
    await stableGroup(fixture, [{ groupInstanceId: 'static', rebalanceTimeoutMs: 0 }, { rebalanceTimeoutMs: 0 }]);
    const [, dynamic] = fixture.group().members.values();
    fixture.leave({ members: [{ memberId: dynamic?.memberId ?? '' }] });
    assert.equal(fixture.group().state, 'PreparingRebalance');
    await fixture.clock.advance(SESSION_TIMEOUT_MS);
    assert.equal(fixture.group().state, 'Empty');
  });
});
