import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { HeartbeatRequest } from '@sluice/protocol/generated/messages/heartbeat-request';
import type { JoinGroupRequest } from '@sluice/protocol/generated/messages/join-group-request';
import type { SyncGroupRequest } from '@sluice/protocol/generated/messages/sync-group-request';
import { answered } from '../../testing/asked.ts';
import { type ClassicFixture, createClassicFixture } from '../../testing/classic-fixture.ts';
import { stableGroup } from '../../testing/classic-members.ts';
import { ClassicGroup } from './classic-group.ts';

const A = '(member a)';
const B = '(member b)';

interface Row<Request> {
  readonly what: string;
  readonly request: Partial<Request>;
  readonly errorCode: number;
}

/** Two members, b static as "b"; placeholders stand for their ids. */
async function twoMembers(): Promise<{ fixture: ClassicFixture; filled: <T>(request: T) => T }> {
  const fixture = createClassicFixture();
  const [a, b] = await stableGroup(fixture, [{}, { groupInstanceId: 'b' }]);
  const filled = <T>(request: T): T =>
    JSON.parse(
      JSON.stringify(request)
        .replaceAll(A, a?.memberId ?? '')
        .replaceAll(B, b?.memberId ?? ''),
    );
  return { fixture, filled };
}

/** All that a request could have changed. */
function stateOf(fixture: ClassicFixture): unknown {
  const groups = [...fixture.table.values()].map((group) => {
    assert(group instanceof ClassicGroup);
    const { state, generation, leaderId, protocol, awaitingJoinCount } = group;
    const members = [...group.members.values()].map(({ session: _, ...member }) => member);
    return { state, generation, leaderId, protocol, awaitingJoinCount, members, pending: group.pendingMembers.size };
  });
  return structuredClone({ groups, records: fixture.records.length, timers: fixture.clock.timerCount });
}

const wrongMember = { memberId: 'nobody' };
const joins: Row<JoinGroupRequest>[] = [
  { what: 'an unknown member', request: wrongMember, errorCode: ErrorCode.UNKNOWN_MEMBER_ID },
  {
    what: 'an unknown group with a member id',
    request: { groupId: 'x', memberId: 'y' },
    errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
  },
  { what: 'another instance', request: { memberId: A, groupInstanceId: 'b' }, errorCode: ErrorCode.FENCED_INSTANCE_ID },
  {
    what: 'an unknown instance',
    request: { memberId: B, groupInstanceId: 'x' },
    errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
  },
  { what: 'no protocols', request: { protocols: [] }, errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL },
  {
    what: 'no protocols of a member',
    request: { memberId: A, protocols: [] },
    errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
  },
  {
    what: 'no protocols for a new group',
    request: { groupId: 'x', protocols: [] },
    errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
  },
  {
    what: 'no type for a new group',
    request: { groupId: 'x', protocolType: '' },
    errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
  },
  { what: 'another type', request: { protocolType: 'connect' }, errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL },
  {
    what: 'no protocol that all know',
    request: { protocols: [{ name: 'other', metadata: Buffer.alloc(0) }] },
    errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
  },
];

/** Who is not, or no more, a member as the group knows it. */
const strangers: Row<SyncGroupRequest & HeartbeatRequest>[] = [
  { what: 'an unknown member', request: wrongMember, errorCode: ErrorCode.UNKNOWN_MEMBER_ID },
  { what: 'no member', request: { memberId: '' }, errorCode: ErrorCode.UNKNOWN_MEMBER_ID },
  { what: 'an unknown group', request: { groupId: 'x', memberId: A }, errorCode: ErrorCode.UNKNOWN_MEMBER_ID },
  { what: 'an old generation', request: { memberId: A, generationId: 0 }, errorCode: ErrorCode.ILLEGAL_GENERATION },
];

const syncs: Row<SyncGroupRequest>[] = [
  ...strangers,
  { what: 'a generation to come', request: { memberId: A, generationId: 2 }, errorCode: ErrorCode.ILLEGAL_GENERATION },
  { what: 'another instance', request: { memberId: A, groupInstanceId: 'b' }, errorCode: ErrorCode.FENCED_INSTANCE_ID },
  {
    what: 'another type',
    request: { memberId: A, protocolType: 'connect' },
    errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
  },
  {
    what: 'another protocol',
    request: { memberId: A, protocolName: 'x' },
    errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
  },
];

const heartbeats: Row<HeartbeatRequest>[] = [
  ...strangers,
  {
    what: 'an absurd generation',
    request: { memberId: A, generationId: -(2 ** 31) },
    errorCode: ErrorCode.ILLEGAL_GENERATION,
  },
  { what: 'another instance', request: { memberId: A, groupInstanceId: 'b' }, errorCode: ErrorCode.FENCED_INSTANCE_ID },
  {
    what: 'an unknown instance',
    request: { memberId: B, groupInstanceId: 'x' },
    errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
  },
];

describe('classic groups: bad input gets its error and changes nothing', () => {
  for (const { what, request, errorCode } of joins) {
    test(`JoinGroup: ${what}`, async () => {
      const { fixture, filled } = await twoMembers();
      const before = stateOf(fixture);
      const { protocols, ...rest } = request;
      const response = answered(fixture.join(protocols === undefined ? filled(rest) : { ...filled(rest), protocols }));
      assert.equal(response.errorCode, errorCode);
      assert.deepEqual([response.generationId, response.leader, response.members], [-1, '', []]);
      assert.deepEqual(stateOf(fixture), before);
    });
  }
  for (const { what, request, errorCode } of syncs) {
    test(`SyncGroup: ${what}`, async () => {
      const { fixture, filled } = await twoMembers();
      const before = stateOf(fixture);
      const response = answered(fixture.sync(filled(request)));
      assert.deepEqual(response, { errorCode, protocolType: null, protocolName: null, assignment: Buffer.alloc(0) });
      assert.deepEqual(stateOf(fixture), before);
    });
  }
  for (const { what, request, errorCode } of heartbeats) {
    test(`Heartbeat: ${what}`, async () => {
      const { fixture, filled } = await twoMembers();
      const before = stateOf(fixture);
      assert.equal(fixture.heartbeat(filled(request)), errorCode);
      assert.deepEqual(stateOf(fixture), before);
    });
  }

  test('LeaveGroup: members of a group that is not there', () => {
    const fixture = createClassicFixture();
    const identity = { memberId: 'x', groupInstanceId: null, reason: null };
    assert.deepEqual(fixture.leave({ members: [identity] }), {
      errorCode: 0,
      members: [{ memberId: 'x', groupInstanceId: null, errorCode: ErrorCode.UNKNOWN_MEMBER_ID }],
    });
    assert.deepEqual(fixture.leave({ members: [] }), { errorCode: 0, members: [] });
    assert.equal(fixture.table.size, 0);
  });
});

describe('classic groups: absurd input that is allowed', () => {
  test('timeouts of all sizes end', async () => {
    for (const timeoutMs of [-(2 ** 31), -1, 0, 1, 2 ** 31 - 1]) {
      const fixture = createClassicFixture();
      const [a] = await stableGroup(fixture, [{ rebalanceTimeoutMs: timeoutMs }]);
      assert.equal(answered(fixture.join({ memberId: a?.memberId ?? '' })).generationId, 2, String(timeoutMs));
    }
  });

  test('an id that was given to a dynamic member is not for a static one', () => {
    const fixture = createClassicFixture();
    const { memberId } = answered(fixture.join({}, 9));
    const response = answered(fixture.join({ memberId, groupInstanceId: 'x' }, 9));
    assert.equal(response.errorCode, ErrorCode.UNKNOWN_SERVER_ERROR);
    assert.equal(fixture.group().pendingMembers.size, 1);
  });
});
