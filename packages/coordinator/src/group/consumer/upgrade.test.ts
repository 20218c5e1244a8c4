import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeConsumerAssignment, encodeConsumerSubscription } from '@sluice/protocol/consumer-protocol';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { assignedBy, createConsumerFixture, SESSION_TIMEOUT_MS } from '../../testing/consumer-fixture.ts';
import { ALL, createClassicGroup, range, read } from '../../testing/migration-fixture.ts';
import { SUBSCRIPTION_TOPICS_MAX } from './subscription-size.ts';
import { UPGRADE_SIZE_BYTES_MAX } from './upgrade.ts';

test('a heartbeat of the new protocol turns a classic group into a consumer group, whose members keep what they have', async () => {
  const fixture = createConsumerFixture();
  const [old] = await createClassicGroup(fixture, ALL);
  assert(old !== undefined);
  const joined = fixture.joinAs('new');
  assert.equal(joined.errorCode, 0);
  assert.deepEqual(assignedBy(joined, fixture.topics), {});
  assert.equal(joined.memberEpoch, 2);
  const member = fixture.group().members.get(old);
  assert.equal(member?.memberEpoch, 1);
  assert.equal(member?.classic?.sessionTimeoutMs, SESSION_TIMEOUT_MS);
  assert.deepEqual([...(member?.assigned.values().next().value?.keys() ?? [])], ALL);
  const described = fixture.describe();
  assert.deepEqual(
    described.members.map(({ memberId, memberType }) => [memberId, memberType]),
    [
      [old, 0],
      ['new', 1],
    ],
  );
});

test('classic and new members share a group, each by its own protocol', async () => {
  const fixture = createConsumerFixture();
  const [old] = await createClassicGroup(fixture, ALL);
  assert(old !== undefined);
  const me = { memberId: old, groupInstanceId: 'instance-0' };
  fixture.joinAs('new');
  // It is told to join again, and then what it keeps.
  assert.equal(fixture.heartbeatClassic(old, 1, 'instance-0'), ErrorCode.REBALANCE_IN_PROGRESS);
  const joined = fixture.joinClassic({ ...me, protocols: range({ orders: ALL }) }).response;
  assert.equal(joined?.errorCode, 0);
  assert.equal(joined?.protocolName, 'range');
  assert.equal(joined?.leader, '');
  const synced = fixture.syncClassic({ ...me, generationId: joined?.generationId ?? 0 }).response;
  const kept = read(synced?.assignment).orders ?? [];
  assert.equal(kept.length, 3);
  // It gave up the rest, and says so by joining once more.
  assert.equal(fixture.heartbeatClassic(old, joined?.generationId ?? 0, 'instance-0'), ErrorCode.REBALANCE_IN_PROGRESS);
  const again = fixture.joinClassic({ ...me, protocols: range({ orders: kept }) }).response;
  assert.equal(again?.generationId, 2);
  assert.deepEqual(read(fixture.syncClassic({ ...me, generationId: 2 }).response?.assignment).orders, kept);
  assert.equal(fixture.heartbeatClassic(old, 2, 'instance-0'), 0);
  const given = assignedBy(fixture.heartbeat('new', 2), fixture.topics)?.orders;
  assert.deepEqual([...kept, ...(given ?? [])].sort(), ALL);
  assert.equal(fixture.group().stateName, 'Stable');
});

test('who waited in the classic group is told to join again', () => {
  const fixture = createConsumerFixture();
  const waiting = fixture.joinClassic({ groupInstanceId: 'waits' });
  assert.equal(waiting.failure, undefined);
  assert.equal(fixture.joinAs('new').errorCode, 0);
  assert.equal(waiting.response?.errorCode, ErrorCode.REBALANCE_IN_PROGRESS);
  assert.equal(fixture.group().members.size, 2);
});

test('an empty classic group becomes a consumer group by itself, and the other way round', async () => {
  const fixture = createConsumerFixture();
  const [old] = await createClassicGroup(fixture, ALL);
  fixture.leaveClassic({ memberId: old ?? '', groupInstanceId: 'instance-0' });
  assert.equal(fixture.joinAs('new').memberEpoch, 2);
  fixture.heartbeat('new', -1);
  fixture.joinClassic({ groupInstanceId: 'instance-0' });
  assert.equal(fixture.classicGroup().members.size, 1);
});

for (const { policy, mayUpgrade, mayDowngrade, mayJoin } of [
  { policy: 'disabled', mayUpgrade: false, mayDowngrade: false, mayJoin: false },
  { policy: 'upgrade', mayUpgrade: true, mayDowngrade: false, mayJoin: true },
  { policy: 'downgrade', mayUpgrade: false, mayDowngrade: true, mayJoin: true },
  { policy: 'bidirectional', mayUpgrade: true, mayDowngrade: true, mayJoin: true },
] as const) {
  test(`the migration policy "${policy}" is kept to`, async () => {
    const fixture = createConsumerFixture({ settings: { migrationPolicy: policy } });
    fixture.joinAs('new');
    const joined = fixture.joinClassic({}, 3).response;
    assert.equal(joined?.errorCode, mayJoin ? 0 : ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    if (mayJoin) {
      fixture.heartbeat('new', -1);
      assert.equal(fixture.table.get('group')?.type, mayDowngrade ? 'classic' : 'consumer');
    }
    const other = createConsumerFixture({ settings: { migrationPolicy: policy } });
    await createClassicGroup(other, ALL);
    const written = other.records.length;
    const response = other.joinAs('new');
    assert.equal(response.errorCode, mayUpgrade ? 0 : ErrorCode.GROUP_ID_NOT_FOUND);
    if (!mayUpgrade) assert.equal(other.records.length, written);
  });
}

test('an assignment with data of a custom assignor keeps the group classic', async () => {
  const fixture = createConsumerFixture();
  await createClassicGroup(fixture, ALL);
  const [member] = fixture.classicGroup().members.values();
  assert(member !== undefined);
  member.assignment = encodeConsumerAssignment(
    { assignedPartitions: [{ topic: 'orders', partitions: ALL }], userData: Buffer.from('mine') },
    1,
  );
  const written = fixture.records.length;
  assert.equal(fixture.joinAs('new').errorCode, ErrorCode.GROUP_ID_NOT_FOUND);
  assert.equal(fixture.records.length, written);
  assert.equal(fixture.classicGroup().stateName, 'Stable');
});

test('a restart in the middle of an upgrade changes nothing', async () => {
  const fixture = createConsumerFixture();
  const [old] = await createClassicGroup(fixture, ALL);
  assert(old !== undefined);
  fixture.joinAs('new');
  const after = fixture.restart();
  assert.deepEqual(after.describe(), fixture.describe());
  assert.equal(after.heartbeatClassic(old, 1, 'instance-0'), ErrorCode.REBALANCE_IN_PROGRESS);
  const again = after.joinClassic({ memberId: old, groupInstanceId: 'instance-0', protocols: range({ orders: ALL }) });
  assert.equal(again.response?.errorCode, 0);
  after.heartbeat('new', -1);
  assert.equal(after.restart().classicGroup().members.has(old), true);
});

for (const hasRebalanceBegun of [false, true]) {
  const when = hasRebalanceBegun ? 'while it rebalances' : 'before it could rebalance';
  test(`a group that goes to the classic protocol and back ${when} leaves no partition without an owner`, async () => {
    const fixture = createConsumerFixture();
    const [old] = await createClassicGroup(fixture, ALL);
    assert(old !== undefined);
    const me = { memberId: old, groupInstanceId: 'instance-0' };
    fixture.joinAs('new');
    for (const owned of [ALL, ALL.slice(0, 3)]) {
      const joined = fixture.joinClassic({ ...me, protocols: range({ orders: owned }) }).response;
      fixture.syncClassic({ ...me, generationId: joined?.generationId ?? 0 });
    }
    fixture.heartbeat('new', 2);
    fixture.heartbeat('new', -1);
    if (hasRebalanceBegun) await fixture.clock.advance(0);
    // A subscription that changes nothing by itself.
    fixture.joinAs('again', { subscribedTopicNames: [], subscribedTopicRegex: 'none' });
    await fixture.clock.advance(0);
    assert.equal(fixture.heartbeatClassic(old, 2, 'instance-0'), ErrorCode.REBALANCE_IN_PROGRESS);
    const joined = fixture.joinClassic({ ...me, protocols: range({ orders: [] }) }).response;
    const synced = fixture.syncClassic({ ...me, generationId: joined?.generationId ?? 0 }).response;
    assert.deepEqual(read(synced?.assignment).orders, ALL);
  });
}

test('a group whose members say as much as fits its records is upgraded, one that says a byte more is not read', () => {
  const said = range()[0]?.metadata ?? Buffer.alloc(0);
  for (const { sizeBytes, errorCode } of [
    { sizeBytes: UPGRADE_SIZE_BYTES_MAX, errorCode: 0 },
    { sizeBytes: UPGRADE_SIZE_BYTES_MAX + 1, errorCode: ErrorCode.GROUP_ID_NOT_FOUND },
  ]) {
    const fixture = createConsumerFixture();
    const metadata = Buffer.concat([said, Buffer.alloc(sizeBytes - said.length)]);
    fixture.joinClassic({ groupInstanceId: 'large', protocols: [{ name: 'range', metadata }] });
    assert.equal(fixture.joinAs('new').errorCode, errorCode);
  }
});

test('a group is upgraded if its members name as many topics as is allowed, and not one more', () => {
  for (const { count, errorCode } of [
    { count: SUBSCRIPTION_TOPICS_MAX, errorCode: 0 },
    { count: SUBSCRIPTION_TOPICS_MAX + 1, errorCode: ErrorCode.GROUP_ID_NOT_FOUND },
  ]) {
    const fixture = createConsumerFixture();
    const topics = Array.from({ length: count }, (_, index) => `t${index}`);
    const metadata = encodeConsumerSubscription({ topics, ownedPartitions: [] }, 1);
    fixture.joinClassic({ groupInstanceId: 'large', protocols: [{ name: 'range', metadata }] });
    assert.equal(fixture.joinAs('new').errorCode, errorCode);
  }
});
