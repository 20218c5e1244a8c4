import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { JoinGroupRequest } from '@sluice/protocol/generated/messages/join-group-request';
import { REBALANCE_TIMEOUT_MS, subscription } from '../../testing/classic-requests.ts';
import { createConsumerFixture } from '../../testing/consumer-fixture.ts';
import { ALL, createClassicGroup, range } from '../../testing/migration-fixture.ts';

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
