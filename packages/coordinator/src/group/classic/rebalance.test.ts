import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { answered } from '../../testing/asked.ts';
import { createClassicFixture, SESSION_TIMEOUT_MS } from '../../testing/classic-fixture.ts';
import { stableGroup, syncAll } from '../../testing/classic-members.ts';
import { REBALANCE_TIMEOUT_MS, subscription } from '../../testing/classic-requests.ts';

const range = (...topics: string[]) => ({ name: 'range', metadata: subscription(...topics) });

describe('classic groups: those who do not come back', () => {
  test('are out when the rebalance timeout is over, the leader too', async () => {
    const fixture = createClassicFixture();
    const [a, b, c] = await stableGroup(fixture, [{}, {}, {}]);
    assert(a !== undefined && b !== undefined && c !== undefined);
    const asked = [b, c].map(({ memberId }) => fixture.join({ memberId, protocols: [range('payments')] }));
    for (let beats = 0; beats < REBALANCE_TIMEOUT_MS / 5000 - 1; beats++) {
      await fixture.clock.advance(5000);
      assert.equal(fixture.heartbeat({ memberId: a.memberId }), ErrorCode.REBALANCE_IN_PROGRESS);
    }
    assert.equal(asked[0]?.response, undefined);
    await fixture.clock.advance(5000);
    const joined = asked.map(answered);
    assert.deepEqual(
      joined.map(({ leader }) => leader),
      [b.memberId, b.memberId],
    );
    assert.equal(joined[0]?.members.length, 2);
    assert.equal(fixture.heartbeat({ memberId: a.memberId, generationId: 2 }), ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test('are out earlier when their session ends', async () => {
    const fixture = createClassicFixture();
    const [a, b] = await stableGroup(fixture, [{}, {}]);
    const asked = fixture.join({ memberId: b?.memberId ?? '', protocols: [range('payments')] });
    await fixture.clock.advance(SESSION_TIMEOUT_MS);
    assert.equal(answered(asked).members.length, 1);
    assert.equal(fixture.group().members.has(a?.memberId ?? ''), false);
  });

  test('if nobody is left, the group is empty and keeps its generation and type', async () => {
    const fixture = createClassicFixture();
    await stableGroup(fixture, [{}, {}]);
    await fixture.clock.advance(SESSION_TIMEOUT_MS);
    const group = fixture.group();
    await fixture.clock.advance(REBALANCE_TIMEOUT_MS);
    assert.deepEqual(
      [group.state, group.generation, group.protocolType, group.protocol],
      ['Empty', 2, 'consumer', undefined],
    );
    const record = fixture.records.at(-1);
    assert(record?.type === 'group-metadata');
    assert.deepEqual(
      { ...record.value, currentStateTimestamp: 0 },
      { protocolType: 'consumer', generation: 2, protocol: null, leader: null, currentStateTimestamp: 0, members: [] },
    );
  });

  test('a new member that waits too long is told to begin anew', async () => {
    const fixture = createClassicFixture();
    const patient = { rebalanceTimeoutMs: 1_000_000, sessionTimeoutMs: 1_000_000 };
    await stableGroup(fixture, [patient]);
    const asked = fixture.join();
    await fixture.clock.advance(5 * 60_000 - 1);
    assert.equal(asked.response, undefined);
    await fixture.clock.advance(1);
    assert.equal(answered(asked).errorCode, ErrorCode.UNKNOWN_MEMBER_ID);
  });
});

test('a hundred members that join at once are stable after one rebalance', async () => {
  const fixture = createClassicFixture();
  const asked = Array.from({ length: 100 }, () => fixture.join());
  await fixture.clock.advance(6000);
  syncAll(fixture, asked.map(answered));
  const group = fixture.group();
  assert.deepEqual([group.state, group.generation, group.members.size], ['Stable', 1, 100]);
});
