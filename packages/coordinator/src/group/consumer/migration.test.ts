import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { JoinGroupRequest } from '@sluice/protocol/generated/messages/join-group-request';
import { subscription } from '../../testing/classic-fixture.ts';
import {
  assignedBy,
  type ConsumerFixture,
  createConsumerFixture,
  owning,
  type Partitions,
  REBALANCE_TIMEOUT_MS,
  SESSION_TIMEOUT_MS,
} from '../../testing/consumer-fixture.ts';
import {
  decodeConsumerAssignment,
  encodeConsumerAssignment,
  encodeConsumerSubscription,
} from '../consumer-protocol.ts';

const ALL = [0, 1, 2, 3, 4, 5];

function classicAssignment(partitions: Partitions): Buffer {
  const assignedPartitions = Object.entries(partitions).map(([topic, numbers]) => ({ topic, partitions: numbers }));
  return encodeConsumerAssignment({ assignedPartitions, userData: null }, 1);
}

function read(assignment: Buffer | undefined): Partitions {
  const read = decodeConsumerAssignment(assignment ?? Buffer.alloc(0));
  assert(read !== undefined);
  return Object.fromEntries(read.assignedPartitions.map(({ topic, partitions }) => [topic, partitions]));
}

/** The protocol of a member of a classic group that has these partitions. */
function range(owned: Partitions = {}): { name: string; metadata: Buffer }[] {
  const ownedPartitions = Object.entries(owned).map(([topic, partitions]) => ({ topic, partitions }));
  return [{ name: 'range', metadata: encodeConsumerSubscription({ topics: ['orders'], ownedPartitions }, 1) }];
}

/** A classic group with members that have these partitions; their ids. */
async function createClassicGroup(fixture: ConsumerFixture, ...parts: number[][]): Promise<string[]> {
  const instances = parts.map((_part, index) => `instance-${index}`);
  const joins = instances.map((groupInstanceId) => fixture.joinClassic({ groupInstanceId }));
  await fixture.clock.advance(10_000);
  const memberIds = joins.map(({ response }) => response?.memberId ?? '');
  const leader = joins.findIndex(({ response }) => response?.leader === response?.memberId);
  const assignments = memberIds.map((memberId, index) => ({
    memberId,
    assignment: classicAssignment({ orders: parts[index] ?? [] }),
  }));
  const generationId = joins[0]?.response?.generationId ?? 0;
  for (const [index, memberId] of memberIds.entries()) {
    fixture.syncClassic({
      memberId,
      groupInstanceId: instances[index] ?? null,
      generationId,
      assignments: index === leader ? assignments : [],
    });
  }
  assert.equal(fixture.classicGroup().stateName, 'Stable');
  return memberIds;
}

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

test('a classic member is told its id first, and nothing is written for it yet', () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('new');
  const written = fixture.records.length;
  const response = fixture.joinClassic().response;
  assert.equal(response?.errorCode, ErrorCode.MEMBER_ID_REQUIRED);
  assert.notEqual(response?.memberId, '');
  assert.equal(fixture.records.length, written);
  assert.equal(fixture.joinClassic({ memberId: response?.memberId ?? '' }).response?.errorCode, 0);
});

test('a classic member that does not ask for its assignment in time is out', async () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('new', { rebalanceTimeoutMs: 1_000_000 });
  const memberId = fixture.joinClassic({ sessionTimeoutMs: 1_000_000 }, 3).response?.memberId ?? '';
  for (let waited = 0; waited < REBALANCE_TIMEOUT_MS; waited += 30_000) {
    assert.equal(fixture.group().members.has(memberId), true);
    fixture.heartbeat('new', fixture.group().members.get('new')?.memberEpoch ?? 0);
    await fixture.clock.advance(30_000);
  }
  assert.equal(fixture.table.get('group')?.type, 'consumer');
  assert.equal(fixture.group().members.has(memberId), false);
});

test('a classic member that is told to join again and does not is out after its rebalance timeout', async () => {
  const fixture = createConsumerFixture();
  const [old] = await createClassicGroup(fixture, ALL);
  assert(old !== undefined);
  fixture.joinAs('new');
  for (let waited = 0; waited < REBALANCE_TIMEOUT_MS; waited += 20_000) {
    assert.equal(fixture.heartbeatClassic(old, 1, 'instance-0'), ErrorCode.REBALANCE_IN_PROGRESS);
    fixture.heartbeat('new', 2);
    await fixture.clock.advance(20_000);
  }
  assert.equal(fixture.group().members.has(old), false);
});

test('a LeaveGroup removes members of either protocol, and says of each what came of it', async () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a');
  fixture.joinAs('b');
  fixture.joinAs('s', { instanceId: 'instance' });
  const { members } = fixture.leaveClassic(
    { memberId: 'a' },
    { memberId: 'x' },
    { memberId: 'a', groupInstanceId: 'instance' },
    { memberId: '', groupInstanceId: 'instance' },
    { memberId: '', groupInstanceId: 'none' },
  );
  assert.deepEqual(
    members?.map(({ errorCode }) => errorCode),
    [0, ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.FENCED_INSTANCE_ID, 0, ErrorCode.UNKNOWN_MEMBER_ID],
  );
  assert.deepEqual([...fixture.group().members.keys()], ['b']);
});

interface BadJoin {
  readonly what: string;
  readonly request: Partial<JoinGroupRequest>;
  readonly error: keyof typeof ErrorCode;
}

const BAD_JOINS: readonly BadJoin[] = [
  { what: 'another protocol type', request: { protocolType: 'connect' }, error: 'INCONSISTENT_GROUP_PROTOCOL' },
  {
    what: 'no protocol that others know',
    request: { protocols: [{ name: 'other', metadata: subscription('orders') }] },
    error: 'INCONSISTENT_GROUP_PROTOCOL',
  },
  { what: 'no protocols', request: { protocols: [] }, error: 'INCONSISTENT_GROUP_PROTOCOL' },
  {
    what: 'a malformed subscription',
    request: { protocols: [{ name: 'range', metadata: Buffer.from('nonsense') }] },
    error: 'UNKNOWN_SERVER_ERROR',
  },
  {
    what: 'an instance that nobody knows, with a member id',
    request: { memberId: 'x', groupInstanceId: 'none' },
    error: 'UNKNOWN_MEMBER_ID',
  },
];

for (const { what, request, error } of BAD_JOINS) {
  test(`a classic member with ${what} is refused with ${error}, and changes nothing`, async () => {
    const fixture = createConsumerFixture();
    await createClassicGroup(fixture, ALL);
    fixture.joinAs('new');
    const before = fixture.describe();
    const response = fixture.joinClassic({ protocols: range(), ...request }, 3).response;
    assert.equal(response?.errorCode, ErrorCode[error]);
    assert.deepEqual(fixture.describe(), before);
  });
}

test('classic members with the wrong generation, member or instance are refused', async () => {
  const fixture = createConsumerFixture();
  const [old] = await createClassicGroup(fixture, ALL);
  assert(old !== undefined);
  fixture.joinAs('new');
  const before = fixture.describe();
  for (const [memberId, generationId, instance, error] of [
    [old, 7, 'instance-0', 'ILLEGAL_GENERATION'],
    ['x', 1, null, 'UNKNOWN_MEMBER_ID'],
    ['x', 1, 'instance-0', 'FENCED_INSTANCE_ID'],
    [old, 1, 'none', 'UNKNOWN_MEMBER_ID'],
    ['new', 2, null, 'UNKNOWN_MEMBER_ID'],
  ] as const) {
    assert.equal(fixture.heartbeatClassic(memberId, generationId, instance), ErrorCode[error]);
    const synced = fixture.syncClassic({ memberId, generationId, groupInstanceId: instance }).response;
    assert.equal(synced?.errorCode, ErrorCode[error]);
  }
  const wrongProtocol = { memberId: old, groupInstanceId: 'instance-0', generationId: 1, protocolName: 'other' };
  assert.equal(fixture.syncClassic(wrongProtocol).response?.errorCode, ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
  assert.deepEqual(fixture.describe(), before);
});

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
