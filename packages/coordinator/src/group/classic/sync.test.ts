import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { answered } from '../../testing/asked.ts';
import { createClassicFixture, SESSION_TIMEOUT_MS } from '../../testing/classic-fixture.ts';
import { allAnswered, stableGroup } from '../../testing/classic-members.ts';
import { REBALANCE_TIMEOUT_MS, subscription } from '../../testing/classic-requests.ts';
import { GROUP_METADATA_SIZE_BYTES_MAX } from './group-metadata-record.ts';

async function completing(memberCount: number, request = {}) {
  const fixture = createClassicFixture();
  const asked = Array.from({ length: memberCount }, () => fixture.join(request));
  const [leader, ...followers] = await allAnswered(fixture, asked);
  assert(leader !== undefined);
  return { fixture, leader, followers };
}

describe('classic groups: assignments', () => {
  test('everybody waits for the leader, whose assignments are written and then handed out', async () => {
    const { fixture, leader, followers } = await completing(3);
    const [b, c] = followers;
    assert(b !== undefined && c !== undefined);
    const early = fixture.sync({ memberId: b.memberId });
    assert.equal(early.response, undefined);
    const assignments = [
      { memberId: leader.memberId, assignment: Buffer.from('for a') },
      { memberId: b.memberId, assignment: Buffer.from('for b') },
      { memberId: 'a stranger', assignment: Buffer.from('for nobody') },
    ];
    const byLeader = fixture.sync({ memberId: leader.memberId, assignments });
    const late = fixture.sync({ memberId: c.memberId });
    assert.deepEqual(
      [byLeader, early, late].map((asked) => answered(asked)),
      ['for a', 'for b', ''].map((text) => ({
        errorCode: 0,
        protocolType: 'consumer',
        protocolName: 'range',
        assignment: Buffer.from(text),
      })),
    );
    const record = fixture.records.at(-1);
    assert(record?.type === 'group-metadata' && record.value !== null);
    assert.deepEqual(
      record.value.members.map(({ memberId, assignment }) => [memberId, assignment.toString()]),
      [
        [leader.memberId, 'for a'],
        [b.memberId, 'for b'],
        [c.memberId, ''],
      ],
    );
    assert.deepEqual(
      [record.value.generation, record.value.leader, record.value.protocol, record.value.protocolType],
      [1, leader.memberId, 'range', 'consumer'],
    );
    assert.deepEqual(
      { ...record.value.members[0], memberId: '', assignment: '' },
      {
        memberId: '',
        groupInstanceId: null,
        clientId: 'client',
        clientHost: '/127.0.0.1',
        rebalanceTimeout: REBALANCE_TIMEOUT_MS,
        sessionTimeout: SESSION_TIMEOUT_MS,
        subscription: subscription('orders'),
        assignment: '',
      },
    );
  });

  test('of a stable group anybody can ask again', async () => {
    const fixture = createClassicFixture();
    const [, b] = await stableGroup(fixture, [{}, {}]);
    const again = fixture.sync({ memberId: b?.memberId ?? '' });
    assert.deepEqual(answered(again).assignment.toString(), b?.memberId);
  });

  test('who does not ask within the rebalance timeout is out', async () => {
    const { fixture, leader, followers } = await completing(2, { sessionTimeoutMs: 1_000_000 });
    fixture.sync({ memberId: leader.memberId });
    assert.equal(fixture.group().state, 'Stable');
    await fixture.clock.advance(REBALANCE_TIMEOUT_MS);
    assert.equal(fixture.group().state, 'PreparingRebalance');
    assert.equal(fixture.group().members.has(followers[0]?.memberId ?? ''), false);
    assert.equal(answered(fixture.join({ memberId: leader.memberId })).generationId, 2);
  });

  test('if the leader does not, those who wait begin anew', async () => {
    const { fixture, leader, followers } = await completing(2, { sessionTimeoutMs: 1_000_000 });
    const waiting = fixture.sync({ memberId: followers[0]?.memberId ?? '' });
    await fixture.clock.advance(REBALANCE_TIMEOUT_MS);
    assert.equal(answered(waiting).errorCode, ErrorCode.REBALANCE_IN_PROGRESS);
    assert.equal(fixture.group().members.has(leader.memberId), false);
    assert.equal(fixture.group().leaderId, followers[0]?.memberId);
  });

  test('whoever asks in place of an earlier request ends that one', async () => {
    const { fixture, followers } = await completing(2);
    const memberId = followers[0]?.memberId ?? '';
    const first = fixture.sync({ memberId });
    const second = fixture.sync({ memberId });
    assert.equal(answered(first).errorCode, ErrorCode.REBALANCE_IN_PROGRESS);
    assert.equal(second.response, undefined);
  });

  test('those that no record can hold fail, and change nothing that is stored', async () => {
    const { fixture, leader, followers } = await completing(2);
    const waiting = fixture.sync({ memberId: followers[0]?.memberId ?? '' });
    const written = fixture.records.length;
    const assignments = [{ memberId: leader.memberId, assignment: Buffer.alloc(GROUP_METADATA_SIZE_BYTES_MAX + 1) }];
    const byLeader = fixture.sync({ memberId: leader.memberId, assignments });
    assert.deepEqual(
      [waiting, byLeader].map((asked) => answered(asked).errorCode),
      [-1, -1],
    );
    assert.equal(fixture.records.length, written);
    assert.equal(fixture.group().state, 'PreparingRebalance');
  });

  test('who waits needs no heartbeat, and has a whole session afterwards', async () => {
    const { fixture, leader, followers } = await completing(2);
    const memberId = followers[0]?.memberId ?? '';
    fixture.sync({ memberId });
    for (let beats = 0; beats < 4; beats++) {
      await fixture.clock.advance(SESSION_TIMEOUT_MS - 1000);
      assert.equal(fixture.heartbeat({ memberId: leader.memberId }), ErrorCode.NONE);
    }
    fixture.sync({ memberId: leader.memberId });
    await fixture.clock.advance(SESSION_TIMEOUT_MS - 1000);
    assert.equal(fixture.heartbeat({ memberId }), ErrorCode.NONE);
  });
});
