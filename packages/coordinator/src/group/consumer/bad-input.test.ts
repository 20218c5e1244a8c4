import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ConsumerGroupHeartbeatRequestInput } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import { GROUP_ID } from '../../testing/classic-requests.ts';
import { createConsumerFixture, owning } from '../../testing/consumer-fixture.ts';

/** `a` at epoch 3 (before: 2) with half of the partitions, `s` as the static `instance` with the others. */
function createStableGroup() {
  const fixture = createConsumerFixture({ settings: { groupSizeMax: 2 } });
  fixture.joinAs('a');
  fixture.joinAs('s', { instanceId: 'instance' });
  const held = [...(fixture.group().target('a').values().next().value ?? [])];
  fixture.heartbeat('a', 2, owning({ orders: held }));
  fixture.heartbeat('s', 3, { instanceId: 'instance' });
  assert.equal(fixture.group().stateName, 'Stable');
  return fixture;
}

interface BadHeartbeat {
  readonly what: string;
  readonly request: Partial<ConsumerGroupHeartbeatRequestInput>;
  readonly error: keyof typeof ErrorCode;
}

const JOIN = { memberEpoch: 0, rebalanceTimeoutMs: 1000, subscribedTopicNames: ['orders'], topicPartitions: [] };

const BAD_HEARTBEATS: readonly BadHeartbeat[] = [
  { what: 'an unknown group', request: { groupId: 'none', memberEpoch: 1 }, error: 'GROUP_ID_NOT_FOUND' },
  { what: 'leaving an unknown group', request: { groupId: 'none', memberEpoch: -1 }, error: 'GROUP_ID_NOT_FOUND' },
  { what: 'a member that nobody knows', request: { memberId: 'x', memberEpoch: 1 }, error: 'GROUP_MAX_SIZE_REACHED' },
  { what: 'one member too many', request: { memberId: 'x', ...JOIN }, error: 'GROUP_MAX_SIZE_REACHED' },
  { what: 'an epoch ahead', request: { memberEpoch: 4 }, error: 'FENCED_MEMBER_EPOCH' },
  { what: 'an old epoch', request: { memberEpoch: 1 }, error: 'FENCED_MEMBER_EPOCH' },
  { what: 'the last epoch without partitions', request: { memberEpoch: 2 }, error: 'FENCED_MEMBER_EPOCH' },
  {
    what: "the last epoch with another member's partitions",
    request: { memberEpoch: 2, ...owning({ orders: [0, 1, 2, 3, 4, 5] }) },
    error: 'FENCED_MEMBER_EPOCH',
  },
  {
    what: "the last epoch with another topic's partitions",
    request: { memberEpoch: 2, ...owning({ payments: [0] }) },
    error: 'FENCED_MEMBER_EPOCH',
  },
  { what: 'leaving as nobody', request: { memberId: 'x', memberEpoch: -1 }, error: 'UNKNOWN_MEMBER_ID' },
  { what: 'an unknown instance', request: { instanceId: 'other', memberEpoch: 3 }, error: 'UNKNOWN_MEMBER_ID' },
  { what: "another's instance", request: { instanceId: 'instance', memberEpoch: 3 }, error: 'FENCED_INSTANCE_ID' },
  {
    what: "leaving as another's instance",
    request: { instanceId: 'instance', memberEpoch: -2 },
    error: 'FENCED_INSTANCE_ID',
  },
  {
    what: 'leaving as an unknown instance',
    request: { instanceId: 'other', memberEpoch: -2 },
    error: 'UNKNOWN_MEMBER_ID',
  },
  {
    what: 'joining as an instance that did not leave',
    request: { ...JOIN, instanceId: 'instance' },
    error: 'UNRELEASED_INSTANCE_ID',
  },
  {
    what: 'an invalid regular expression',
    request: { memberEpoch: 3, subscribedTopicRegex: '[' },
    error: 'INVALID_REGULAR_EXPRESSION',
  },
  {
    what: 'a regular expression that explodes',
    request: { memberEpoch: 3, subscribedTopicRegex: '((a{100}){100}){100}' },
    error: 'INVALID_REGULAR_EXPRESSION',
  },
];

for (const { what, request, error } of BAD_HEARTBEATS) {
  test(`${what} is refused with ${error}, and changes nothing`, () => {
    const fixture = createStableGroup();
    const before = fixture.describe();
    const written = fixture.records.length;
    const { memberId = 'a', memberEpoch = 3, ...rest } = request;
    const response = fixture.heartbeat(memberId, memberEpoch, { groupId: GROUP_ID, ...rest });
    assert.equal(response.errorCode, ErrorCode[error]);
    assert.equal(response.assignment, null);
    assert.notEqual(response.errorMessage, '');
    assert.equal(fixture.records.length, written);
    assert.deepEqual(fixture.describe(), before);
  });
}

test('a member that nobody knows is told so where there is room', () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a');
  assert.equal(fixture.heartbeat('x', 1).errorCode, ErrorCode.UNKNOWN_MEMBER_ID);
});

test('a member that lost the answer that moved it on is let in with its last epoch', () => {
  const fixture = createStableGroup();
  const held = [...(fixture.group().target('a').values().next().value ?? [])];
  const response = fixture.heartbeat('a', 2, owning({ orders: held.slice(1) }));
  assert.equal(response.errorCode, 0);
  assert.equal(response.memberEpoch, 3);
});

test('a member may join again at any time, and keeps what it has', () => {
  const fixture = createStableGroup();
  const written = fixture.records.length;
  const response = fixture.joinAs('a');
  assert.equal(response.memberEpoch, 3);
  assert.equal(response.assignment?.topicPartitions[0]?.partitions.length, 3);
  assert.equal(fixture.records.length, written);
});

test('a full group lets its own members in', () => {
  const fixture = createStableGroup();
  assert.equal(fixture.joinAs('a').errorCode, 0);
});
