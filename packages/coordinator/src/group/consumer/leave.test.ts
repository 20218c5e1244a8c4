import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { assignedBy, createConsumerFixture, owning, SESSION_TIMEOUT_MS } from '../../testing/consumer-fixture.ts';

const STATIC = { instanceId: 'instance' };

test('a member that leaves frees its partitions, and the group moves on', () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a');
  fixture.joinAs('b');
  const left = fixture.heartbeat('a', -1);
  assert.deepEqual([left.errorCode, left.memberId, left.memberEpoch, left.heartbeatIntervalMs], [0, 'a', -1, 0]);
  const response = fixture.heartbeat('b', 3);
  assert.equal(response.memberEpoch, 4);
  assert.deepEqual(assignedBy(response, fixture.topics), { orders: [0, 1, 2, 3, 4, 5] });
});

test('a group that everybody left is empty, keeps its epoch, and may be deleted', () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a');
  assert.equal(fixture.group().deleteError(), ErrorCode.NON_EMPTY_GROUP);
  fixture.heartbeat('a', -1);
  const group = fixture.group();
  assert.equal(group.stateName, 'Empty');
  assert.equal(group.groupEpoch, 3);
  assert.equal(group.metadataHash, 0n);
  assert.equal(group.deleteError(), 0);
  assert.equal(fixture.joinAs('a').memberEpoch, 4);
});

test('a member that is silent is out after its session timeout, and not before', async () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a');
  await fixture.clock.advance(SESSION_TIMEOUT_MS - 1);
  assert.equal(fixture.heartbeat('a', 2).errorCode, 0);
  await fixture.clock.advance(SESSION_TIMEOUT_MS - 1);
  assert.equal(fixture.group().members.size, 1);
  await fixture.clock.advance(1);
  assert.equal(fixture.group().members.size, 0);
  assert.equal(fixture.heartbeat('a', 2).errorCode, ErrorCode.UNKNOWN_MEMBER_ID);
});

test("a group's own session timeout and heartbeat interval count", async () => {
  const sessionTimeoutMs = (groupId: string) => (groupId === 'group' ? 10_000 : 45_000);
  const fixture = createConsumerFixture({ settings: { sessionTimeoutMs, heartbeatIntervalMs: () => 3000 } });
  assert.equal(fixture.joinAs('a').heartbeatIntervalMs, 3000);
  await fixture.clock.advance(10_000);
  assert.equal(fixture.group().members.size, 0);
});

test('a member that does not give up its partitions is out after its rebalance timeout', async () => {
  const fixture = createConsumerFixture();
  const owned = owning({ orders: [0, 1, 2, 3, 4, 5] });
  fixture.joinAs('a', { rebalanceTimeoutMs: 20_000 });
  fixture.joinAs('b');
  fixture.heartbeat('a', 2, owned);
  await fixture.clock.advance(19_999);
  assert.equal(fixture.heartbeat('a', 2, owned).errorCode, 0);
  await fixture.clock.advance(1);
  assert.equal(fixture.heartbeat('a', 2, owned).errorCode, ErrorCode.UNKNOWN_MEMBER_ID);
  assert.deepEqual(assignedBy(fixture.heartbeat('b', 3), fixture.topics), { orders: [0, 1, 2, 3, 4, 5] });
});

test('a member that gave up its partitions in time stays', async () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a', { rebalanceTimeoutMs: 20_000 });
  fixture.joinAs('b');
  const told = fixture.heartbeat('a', 2, owning({ orders: [0, 1, 2, 3, 4, 5] }));
  const kept = assignedBy(told, fixture.topics)?.orders ?? [];
  await fixture.clock.advance(19_999);
  assert.equal(fixture.heartbeat('a', 2, owning({ orders: kept })).memberEpoch, 3);
  await fixture.clock.advance(20_000);
  assert.equal(fixture.group().members.has('a'), true);
});

test('a static member that leaves for a while keeps its place, and another member id may take it', () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a', STATIC);
  const left = fixture.heartbeat('a', -2, STATIC);
  assert.deepEqual([left.errorCode, left.memberEpoch], [0, -2]);
  assert.equal(fixture.group().members.get('a')?.memberEpoch, -2);
  const back = fixture.joinAs('b', STATIC);
  assert.equal(back.memberEpoch, 2);
  assert.deepEqual(assignedBy(back, fixture.topics), { orders: [0, 1, 2, 3, 4, 5] });
  assert.deepEqual([...fixture.group().members.keys()], ['b']);
  assert.equal(fixture.group().groupEpoch, 2);
  assert.equal(fixture.heartbeat('a', 2, STATIC).errorCode, ErrorCode.FENCED_INSTANCE_ID);
});

test('what an absent static member has is given to nobody else', () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a', STATIC);
  fixture.heartbeat('a', -2, STATIC);
  fixture.joinAs('b');
  assert.equal(fixture.heartbeat('b', 3).assignment, null);
  assert.equal(fixture.group().members.get('b')?.state, 'unreleased-partitions');
});

test('a static member that stays away is out after its session timeout', async () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a', STATIC);
  fixture.heartbeat('a', -2, STATIC);
  await fixture.clock.advance(SESSION_TIMEOUT_MS);
  assert.equal(fixture.group().isEmpty, true);
});

test('a static member that comes back with another subscription moves the group on', () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a', STATIC);
  fixture.heartbeat('a', -2, STATIC);
  const back = fixture.joinAs('b', { ...STATIC, subscribedTopicNames: ['payments'] });
  assert.equal(back.memberEpoch, 3);
  assert.deepEqual(assignedBy(back, fixture.topics), { payments: [0, 1, 2] });
});

test('a static member that leaves for good is out', () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a', STATIC);
  assert.equal(fixture.heartbeat('a', -1, STATIC).errorCode, 0);
  assert.equal(fixture.group().isEmpty, true);
});
