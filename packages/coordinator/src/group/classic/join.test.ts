import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { answered } from '../../testing/asked.ts';
import { createClassicFixture, SESSION_TIMEOUT_MS } from '../../testing/classic-fixture.ts';
import { allAnswered, stableGroup } from '../../testing/classic-members.ts';
import { subscription } from '../../testing/classic-requests.ts';
import { MEMBER_METADATA_SIZE_BYTES_MAX, MEMBER_PROTOCOLS_MAX } from './join.ts';
import { PENDING_MEMBERS_MAX } from './join-as-new.ts';
import { ANNOUNCED_WAIT_MS_MAX } from './rebalance.ts';

const range = (...topics: string[]) => ({ name: 'range', metadata: subscription(...topics) });
const roundRobin = (...topics: string[]) => ({ name: 'roundrobin', metadata: subscription(...topics) });

describe('classic groups: a new group', () => {
  test('waits for the initial delay, then tells everybody the generation and the leader everything', async () => {
    const fixture = createClassicFixture();
    const first = fixture.join({ protocols: [range('orders')] });
    await fixture.clock.advance(1000);
    const second = fixture.join({ protocols: [range('payments')] });
    assert.equal(fixture.group().state, 'PreparingRebalance');
    await fixture.clock.advance(1999);
    assert.equal(first.response, undefined);
    await fixture.clock.advance(6000);
    const [a, b] = [answered(first), answered(second)];
    assert.deepEqual([a.generationId, b.generationId], [1, 1]);
    assert.deepEqual([a.leader, b.leader], [a.memberId, a.memberId]);
    assert.deepEqual(
      [a.protocolType, a.protocolName, a.skipAssignment ?? false],
      ['consumer', '', false].with(1, 'range'),
    );
    assert.deepEqual(a.members, [
      { memberId: a.memberId, groupInstanceId: null, metadata: subscription('orders') },
      { memberId: b.memberId, groupInstanceId: null, metadata: subscription('payments') },
    ]);
    assert.deepEqual(b.members, []);
  });

  test('puts the end of the initial delay off while members come, within the rebalance timeout', async () => {
    const fixture = createClassicFixture({ settings: { initialRebalanceDelayMs: 3000 } });
    const first = fixture.join({ rebalanceTimeoutMs: 10_000 });
    for (let second = 1; second <= 9; second++) {
      await fixture.clock.advance(1000);
      fixture.join({ rebalanceTimeoutMs: 10_000 });
      assert.equal(first.response, undefined, `${second} s`);
    }
    await fixture.clock.advance(1000);
    assert.equal(answered(first).members.length, 10);
  });

  test('waits a moment longer for those who were told their id, until they have joined', async () => {
    const fixture = createClassicFixture({ settings: { initialRebalanceDelayMs: 0 } });
    const [a, b] = [fixture.join({}, 4), fixture.join({}, 4)].map(answered);
    const first = fixture.join({ memberId: a?.memberId ?? '' }, 4);
    await fixture.clock.advance(ANNOUNCED_WAIT_MS_MAX - 1);
    assert.equal(first.response, undefined);
    const second = fixture.join({ memberId: b?.memberId ?? '' }, 4);
    // One more that comes right behind.
    const c = answered(fixture.join({}, 4));
    await fixture.clock.advance(0);
    const third = fixture.join({ memberId: c?.memberId ?? '' }, 4);
    await fixture.clock.advance(0);
    assert.deepEqual(
      [first, second, third].map(answered).map(({ generationId }) => generationId),
      [1, 1, 1],
    );
  });

  test('does not wait long for those who were told their id and do not come', async () => {
    const fixture = createClassicFixture({ settings: { initialRebalanceDelayMs: 3000 } });
    const [a] = [fixture.join({}, 4), fixture.join({}, 4)].map(answered);
    const first = fixture.join({ memberId: a?.memberId ?? '' }, 4);
    await fixture.clock.advance(3000 + ANNOUNCED_WAIT_MS_MAX - 1);
    assert.equal(first.response, undefined);
    await fixture.clock.advance(1);
    assert.equal(answered(first).members.length, 1);
  });

  test('does not wait longer when nobody else came', async () => {
    const fixture = createClassicFixture();
    const first = fixture.join();
    await fixture.clock.advance(3000);
    assert.equal(answered(first).generationId, 1);
  });

  test('is written before anybody is answered, without members', () => {
    const fixture = createClassicFixture();
    fixture.join();
    const [record] = fixture.records;
    assert.equal(fixture.records.length, 1);
    assert(record?.type === 'group-metadata');
    assert.deepEqual(record.value, {
      protocolType: '',
      generation: 0,
      protocol: null,
      leader: null,
      currentStateTimestamp: fixture.clock.now(),
      members: [],
    });
  });
});

describe('classic groups: member ids', () => {
  test('a dynamic member is told its id first, since version 4', async () => {
    const fixture = createClassicFixture();
    const told = answered(fixture.join({}, 4, 'my-client'));
    assert.equal(told.errorCode, ErrorCode.MEMBER_ID_REQUIRED);
    assert.match(told.memberId, /^my-client-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(fixture.group().state, 'Empty');
    const joined = fixture.join({ memberId: told.memberId }, 4);
    await fixture.clock.advance(3000);
    assert.equal(answered(joined).memberId, told.memberId);
    assert.equal(answered(joined).errorCode, ErrorCode.NONE);
  });

  test('an id that is not used within the session is forgotten, and held up a rebalance until then', async () => {
    const fixture = createClassicFixture();
    const [leader] = await stableGroup(fixture, [{}]);
    assert(leader !== undefined);
    const told = answered(fixture.join({}, 4));
    const again = fixture.join({ memberId: leader.memberId });
    await fixture.clock.advance(SESSION_TIMEOUT_MS - 1);
    assert.equal(again.response, undefined);
    await fixture.clock.advance(1);
    assert.equal(answered(again).generationId, 2);
    assert.equal(answered(fixture.join({ memberId: told.memberId }, 4)).errorCode, ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test('a static member needs no second request, whatever the version', async () => {
    const fixture = createClassicFixture();
    const asked = fixture.join({ groupInstanceId: 'instance' }, 9);
    await fixture.clock.advance(3000);
    assert.match(answered(asked).memberId, /^instance-/);
  });

  test('no more ids are given out than the limit', () => {
    const fixture = createClassicFixture();
    for (let count = 0; count < PENDING_MEMBERS_MAX; count++) {
      assert.equal(answered(fixture.join({}, 4)).errorCode, ErrorCode.MEMBER_ID_REQUIRED);
    }
    assert.equal(answered(fixture.join({}, 4)).errorCode, ErrorCode.GROUP_MAX_SIZE_REACHED);
    assert.equal(fixture.group().pendingMembers.size, PENDING_MEMBERS_MAX);
  });

  test('a client id that leaves no room for the rest is cut', () => {
    const { memberId } = answered(createClassicFixture().join({}, 4, 'ü'.repeat(16_383)));
    assert(Buffer.byteLength(memberId) <= 32_767);
  });
});

describe('classic groups: the choice of a protocol', () => {
  test('of those that all know the one with the most votes', async () => {
    const fixture = createClassicFixture();
    const sticky = { name: 'sticky', metadata: subscription('a') };
    const asked = [
      fixture.join({ protocols: [sticky, range('a'), roundRobin('a')] }),
      fixture.join({ protocols: [roundRobin('a'), range('a')] }),
      fixture.join({ protocols: [roundRobin('a'), range('a'), sticky] }),
    ];
    await fixture.clock.advance(6000);
    assert.deepEqual(
      asked.map((each) => answered(each).protocolName),
      Array(3).fill('roundrobin'),
    );
  });

  test('a name that comes twice counts once', async () => {
    const fixture = createClassicFixture();
    const asked = fixture.join({ protocols: [range('first'), range('second')] });
    await fixture.clock.advance(3000);
    assert.equal(answered(asked).protocolName, 'range');
    assert.deepEqual(answered(asked).members[0]?.metadata, subscription('first'));
  });

  test('a protocol that only the leaver lacked can be chosen again', async () => {
    const fixture = createClassicFixture();
    const [a, b] = await stableGroup(fixture, [
      { protocols: [roundRobin('a'), range('a')] },
      { protocols: [range('a')] },
    ]);
    assert(a !== undefined && b !== undefined);
    assert.equal(a.protocolName, 'range');
    fixture.leave({ members: [{ memberId: b.memberId }] });
    const again = fixture.join({ memberId: a.memberId, protocols: [roundRobin('a'), range('a')] });
    assert.equal(answered(again).protocolName, 'roundrobin');
  });

  test('old versions are told of no protocol with an empty name', () => {
    const fixture = createClassicFixture();
    assert.equal(answered(fixture.join({ memberId: 'unknown' }, 6)).protocolName, '');
    assert.equal(answered(fixture.join({ memberId: 'unknown' }, 7)).protocolName, null);
  });
});

describe('classic groups: what a member says of itself', () => {
  test('is taken up to a number of protocols', () => {
    const fixture = createClassicFixture();
    const many = Array.from({ length: MEMBER_PROTOCOLS_MAX + 1 }, (_, index) => ({ ...range('a'), name: `p${index}` }));
    const refused = answered(fixture.join({ protocols: many }));
    assert.equal(refused.errorCode, ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    assert.equal(fixture.table.size, 0);
    assert.equal(fixture.join({ protocols: many.slice(1) }).response, undefined);
  });

  test('is taken up to a size', () => {
    const fixture = createClassicFixture();
    const large = (sizeBytes: number) => [{ name: 'range', metadata: Buffer.alloc(sizeBytes) }];
    const refused = answered(fixture.join({ protocols: large(MEMBER_METADATA_SIZE_BYTES_MAX + 1) }));
    assert.equal(refused.errorCode, ErrorCode.UNKNOWN_SERVER_ERROR);
    assert.equal(fixture.table.size, 0);
    assert.equal(fixture.join({ protocols: large(MEMBER_METADATA_SIZE_BYTES_MAX) }).response, undefined);
  });
});

describe('classic groups: joining again', () => {
  test('a leader begins a new generation', async () => {
    const fixture = createClassicFixture();
    const [a, b] = await stableGroup(fixture, [{}, {}]);
    assert(a !== undefined && b !== undefined);
    const leader = fixture.join({ memberId: a.memberId });
    assert.equal(leader.response, undefined);
    assert.equal(fixture.heartbeat({ memberId: b.memberId }), ErrorCode.REBALANCE_IN_PROGRESS);
    const follower = fixture.join({ memberId: b.memberId });
    assert.equal(answered(leader).generationId, 2);
    assert.equal(answered(follower).generationId, 2);
  });

  test('a follower that did not change is told of the generation that there is', async () => {
    const fixture = createClassicFixture();
    const [a, b] = await stableGroup(fixture, [{}, {}]);
    assert(a !== undefined && b !== undefined);
    assert.deepEqual(answered(fixture.join({ memberId: b.memberId })), b);
    assert.equal(fixture.group().state, 'Stable');
  });

  test('a follower that changed begins a new generation', async () => {
    const fixture = createClassicFixture();
    const [, b] = await stableGroup(fixture, [{}, {}]);
    fixture.join({ memberId: b?.memberId ?? '', protocols: [range('payments')] });
    assert.equal(fixture.group().state, 'PreparingRebalance');
  });

  test('before the assignments are there an unchanged member is told the same again, its leader everything', async () => {
    const fixture = createClassicFixture();
    const asked = [fixture.join(), fixture.join()];
    await fixture.clock.advance(6000);
    for (const each of asked.map(answered)) assert.deepEqual(answered(fixture.join({ memberId: each.memberId })), each);
    assert.equal(fixture.group().state, 'CompletingRebalance');
  });

  test('before the assignments are there a member that changed makes those who wait join again', async () => {
    const fixture = createClassicFixture();
    const asked = [fixture.join(), fixture.join()];
    const [a, b] = await allAnswered(fixture, asked);
    assert(a !== undefined && b !== undefined);
    const waiting = fixture.sync({ memberId: b.memberId });
    fixture.join({ memberId: a.memberId, protocols: [range('payments')] });
    assert.equal(answered(waiting).errorCode, ErrorCode.REBALANCE_IN_PROGRESS);
  });

  test('whoever asks in place of an earlier request ends that one', async () => {
    const fixture = createClassicFixture();
    const [a] = await stableGroup(fixture, [{}, {}]);
    const first = fixture.join({ memberId: a?.memberId ?? '' });
    const second = fixture.join({ memberId: a?.memberId ?? '' });
    assert.equal(answered(first).errorCode, ErrorCode.REBALANCE_IN_PROGRESS);
    assert.equal(second.response, undefined);
    assert.equal(fixture.group().awaitingJoinCount, 1);
  });
});
