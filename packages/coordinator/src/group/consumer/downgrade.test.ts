import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConsumerFixture, owning, SESSION_TIMEOUT_MS } from '../../testing/consumer-fixture.ts';
import { ALL, createClassicGroup, range } from '../../testing/migration-fixture.ts';

test('when the last new member leaves, the group is a classic one again and rebalances', async () => {
  const fixture = createConsumerFixture();
  const [old] = await createClassicGroup(fixture, ALL);
  assert(old !== undefined);
  fixture.joinAs('new');
  fixture.heartbeat('new', -1);
  const group = fixture.classicGroup();
  assert.deepEqual([...group.members.keys()], [old]);
  assert.equal(group.protocol, 'range');
  assert.equal(group.generation, 2);
  await fixture.clock.advance(0);
  assert.equal(group.stateName, 'PreparingRebalance');
  const joined = fixture.joinClassic({ memberId: old, groupInstanceId: 'instance-0' }).response;
  assert.equal(joined?.generationId, 3);
  assert.equal(joined?.leader, old);
});

test('a crash between the downgrade and its rebalance: whoever loads the group rebalances it', async () => {
  const fixture = createConsumerFixture();
  const [old] = await createClassicGroup(fixture, ALL);
  assert(old !== undefined);
  fixture.joinAs('new');
  fixture.heartbeat('new', -1);
  assert.equal(fixture.classicGroup().stateName, 'Stable');
  const restarted = fixture.restart();
  assert.equal(restarted.classicGroup().stateName, 'PreparingRebalance');
  const joined = restarted.joinClassic({ memberId: old, groupInstanceId: 'instance-0' }).response;
  assert.deepEqual([joined?.generationId, joined?.leader], [3, old]);
  restarted.syncClassic({ memberId: old, groupInstanceId: 'instance-0', generationId: 3 });
  assert.equal(restarted.restart().classicGroup().stateName, 'Stable', 'and not again');
});

test('when the last new member is silent for too long, the group is a classic one again', async () => {
  const fixture = createConsumerFixture();
  const [old] = await createClassicGroup(fixture, ALL);
  assert(old !== undefined);
  fixture.joinAs('new');
  const joined = fixture.joinClassic({ memberId: old, groupInstanceId: 'instance-0', protocols: range() }).response;
  const generationId = joined?.generationId ?? 0;
  fixture.syncClassic({ memberId: old, groupInstanceId: 'instance-0', generationId });
  for (let beat = 0; beat < 5; beat++) {
    await fixture.clock.advance(SESSION_TIMEOUT_MS / 5 - 1);
    assert.equal(fixture.heartbeatClassic(old, generationId, 'instance-0'), 0);
  }
  await fixture.clock.advance(5);
  assert.equal(fixture.classicGroup().members.has(old), true);
});

test('a static member of the new protocol that comes back with the old one brings the classic group back', async () => {
  const fixture = createConsumerFixture();
  const [old] = await createClassicGroup(fixture, ALL);
  assert(old !== undefined);
  fixture.leaveClassic({ memberId: old, groupInstanceId: 'instance-0' });
  fixture.joinAs('new', { instanceId: 'instance-0' });
  fixture.joinClassic({ groupInstanceId: 'instance-1' });
  fixture.heartbeat('new', -2, { instanceId: 'instance-0' });
  const joined = fixture.joinClassic({ groupInstanceId: 'instance-0' }).response;
  assert.equal(joined?.errorCode, 0);
  const group = fixture.classicGroup();
  assert.equal(group.members.size, 2);
  assert.equal(group.members.has(joined?.memberId ?? ''), true);
});

test('a whole group is upgraded member by member and back, and every partition has one owner at a time', async () => {
  const fixture = createConsumerFixture();
  const [first, second] = await createClassicGroup(fixture, [0, 1, 2], [3, 4, 5]);
  assert(first !== undefined && second !== undefined);
  fixture.leaveClassic({ memberId: first, groupInstanceId: 'instance-0' });
  fixture.joinAs('new-1');
  fixture.leaveClassic({ memberId: second, groupInstanceId: 'instance-1' });
  fixture.joinAs('new-2');
  const told = fixture.heartbeat('new-1', fixture.group().members.get('new-1')?.memberEpoch ?? 0, owning({}));
  assert.equal(told.errorCode, 0);
  assert.equal(fixture.group().classicMemberCount, 0);
  const third = fixture.joinClassic({}, 3).response?.memberId ?? '';
  fixture.heartbeat('new-1', -1);
  assert.equal(fixture.table.get('group')?.type, 'consumer');
  fixture.heartbeat('new-2', -1);
  assert.deepEqual([...fixture.classicGroup().members.keys()], [third]);
});
