import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ZERO_UUID } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { JoinGroupRequest } from '@sluice/protocol/generated/messages/join-group-request';
import { type CoordinatorFixture, contextOf, ORDERS, openCoordinator } from '../testing/coordinator-fixture.ts';

const ALL = { statesFilter: [], typesFilter: [] };
const JOIN_VERSION = 3;

function joining(options: Partial<JoinGroupRequest> = {}): JoinGroupRequest {
  return {
    groupId: 'group',
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 20_000,
    memberId: '',
    groupInstanceId: null,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.from('subscription') }],
    reason: null,
    ...options,
  };
}

/** A group of one member, with its assignment. */
async function formGroup({ coordinator, clock }: CoordinatorFixture, groupId = 'group') {
  const joined = coordinator.join(joining({ groupId }), contextOf(JOIN_VERSION));
  await clock.advance(100);
  const { memberId, generationId = -1, errorCode } = await joined;
  assert.equal(errorCode, 0);
  const assignments = [{ memberId, assignment: Buffer.from('assignment') }];
  const member = { groupId, generationId, memberId, groupInstanceId: null };
  const sync = { ...member, protocolType: null, protocolName: null, assignments };
  assert.equal((await coordinator.sync(sync, contextOf(JOIN_VERSION))).errorCode, 0);
  return member;
}

function committing(groupId: string, memberId = '', generationIdOrMemberEpoch = -1) {
  const partitions = [{ partitionIndex: 1, committedOffset: 42, committedLeaderEpoch: 0, committedMetadata: 'here' }];
  const topics = [{ name: ORDERS.name, topicId: ZERO_UUID, partitions }];
  return { groupId, generationIdOrMemberEpoch, memberId, groupInstanceId: null, retentionTimeMs: -1, topics };
}

async function committedOffset({ coordinator }: CoordinatorFixture, groupId: string): Promise<number | undefined> {
  const request = { groupId, memberId: null, memberEpoch: -1, topics: null };
  const { topics } = await coordinator.fetchOffsets(request, false, contextOf(8));
  return topics[0]?.partitions[0]?.committedOffset;
}

const describing = async ({ coordinator }: CoordinatorFixture, groupId: string, apiVersion = 6) =>
  (await coordinator.describeGroups([groupId], contextOf(apiVersion))).groups[0];

describe('group coordinator', () => {
  test('a group and its offsets are there again after an election', async () => {
    const fixture = await openCoordinator();
    await fixture.reload();
    const { memberId, generationId } = await formGroup(fixture);
    const commit = committing('group', memberId, generationId);
    const { topics } = await fixture.coordinator.commitOffsets(commit, contextOf(8));
    assert.equal(topics[0]?.partitions[0]?.errorCode, 0);
    const before = await describing(fixture, 'group');
    await fixture.reload();
    assert.deepEqual(await describing(fixture, 'group'), before);
    assert.equal(before?.groupState, 'Stable');
    assert.equal(await committedOffset(fixture, 'group'), 42);
    await fixture.log.close();
  });

  test('what a member sent is its own: the memory of the request may serve for others', async () => {
    const fixture = await openCoordinator();
    await fixture.reload();
    const metadata = Buffer.from('subscription');
    const joined = fixture.coordinator.join(joining({ protocols: [{ name: 'range', metadata }] }), contextOf(3));
    metadata.fill(0);
    await fixture.clock.advance(100);
    assert.equal((await joined).members[0]?.metadata.toString(), 'subscription');
    await fixture.log.close();
  });

  test('who waits for others is told when the partition is led elsewhere, or the broker stops', async () => {
    for (const end of ['resigned', 'closed'] as const) {
      const fixture = await openCoordinator();
      await fixture.reload();
      const joined = fixture.coordinator.join(joining(), contextOf(JOIN_VERSION));
      await fixture.clock.settle();
      if (end === 'resigned') fixture.coordinator.onResigned(0);
      else await fixture.coordinator.close();
      assert.equal((await joined).errorCode, ErrorCode.NOT_COORDINATOR);
      await fixture.log.close();
    }
  });

  test('nothing is coordinated that is not led, and while it loads', async () => {
    const fixture = await openCoordinator();
    const { coordinator } = fixture;
    const ask = async () => {
      const context = contextOf(3);
      const request = { groupId: 'g', memberId: 'm', generationId: 1, groupInstanceId: null };
      const fetch = { groupId: 'g', memberId: null, memberEpoch: -1, topics: null };
      return {
        join: (await coordinator.join(joining(), context)).errorCode,
        heartbeat: (await coordinator.heartbeat(request, context)).errorCode,
        leave: (await coordinator.leave({ ...request, members: [] }, context)).errorCode,
        commit: (await coordinator.commitOffsets(committing('g'), context)).topics[0]?.partitions[0]?.errorCode,
        fetch: (await coordinator.fetchOffsets(fetch, false, context)).errorCode,
        describe: (await describing(fixture, 'g'))?.errorCode,
        delete: (await coordinator.deleteGroups(['g'])).results[0]?.errorCode,
        list: (await coordinator.listGroups(ALL)).errorCode,
      };
    };
    const everywhere = (errorCode: number, other: Record<string, number>) => ({
      ...{ join: errorCode, heartbeat: errorCode, leave: errorCode, commit: errorCode, fetch: errorCode },
      ...{ describe: errorCode, delete: errorCode, list: errorCode },
      ...other,
    });
    assert.deepEqual(await ask(), everywhere(ErrorCode.NOT_COORDINATOR, { list: 0 }));
    await fixture.reload();
    await formGroup(fixture);
    const held = Promise.withResolvers<void>();
    const { read } = fixture.log;
    // Its reads wait, and so does the load.
    const slow = Object.assign(Object.create(fixture.log), {
      read: async (...args: Parameters<typeof read>) => {
        await held.promise;
        return read(...args);
      },
    });
    coordinator.onElected(0, slow, 5);
    assert.deepEqual(await ask(), everywhere(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, { heartbeat: 0 }));
    held.resolve();
    await fixture.log.close();
  });

  test('lists, describes and deletes', async () => {
    const fixture = await openCoordinator();
    const { coordinator } = fixture;
    await fixture.reload();
    const { memberId, groupId } = await formGroup(fixture, 'busy');
    await coordinator.commitOffsets(committing('simple'), contextOf(8));
    const list = async (statesFilter: string[], typesFilter: string[] = []) =>
      (await coordinator.listGroups({ statesFilter, typesFilter })).groups.map((group) => group.groupId);
    assert.deepEqual(await list([]), ['busy', 'simple']);
    assert.deepEqual(await list([' stable']), ['busy']);
    assert.deepEqual(await list(['EMPTY', 'Dead']), ['simple']);
    assert.deepEqual(await list([], ['Classic']), ['busy', 'simple']);
    assert.deepEqual(await list([], ['consumer', 'bogus']), []);
    assert.deepEqual((await coordinator.deleteGroups(['busy', 'simple', 'absent'])).results, [
      { groupId: 'busy', errorCode: ErrorCode.NON_EMPTY_GROUP },
      { groupId: 'simple', errorCode: 0 },
      { groupId: 'absent', errorCode: ErrorCode.GROUP_ID_NOT_FOUND },
    ]);
    const members = [{ memberId, groupInstanceId: null, reason: null }];
    await coordinator.leave({ groupId, memberId: '', members }, contextOf(5));
    assert.equal((await coordinator.deleteGroups(['busy'])).results[0]?.errorCode, 0);
    await fixture.reload();
    assert.deepEqual(await list([]), []);
    assert.equal(await committedOffset(fixture, 'simple'), undefined);
    await fixture.log.close();
  });

  test('a group that is none is dead, and not found from v6 on', async () => {
    const fixture = await openCoordinator();
    await fixture.reload();
    const old = await describing(fixture, 'absent', 5);
    assert.deepEqual([old?.errorCode, old?.groupState], [0, 'Dead']);
    const now = await describing(fixture, 'absent', 6);
    assert.deepEqual([now?.errorCode, now?.errorMessage], [ErrorCode.GROUP_ID_NOT_FOUND, 'Group absent not found.']);
    await formGroup(fixture);
    const [group] = (await fixture.coordinator.describeConsumerGroups(['group'])).groups;
    assert.equal(group?.errorCode, ErrorCode.GROUP_ID_NOT_FOUND);
    await fixture.log.close();
  });

  test('a group of the other protocol takes the place of an empty one', async () => {
    const fixture = await openCoordinator();
    const { coordinator } = fixture;
    await fixture.reload();
    await coordinator.commitOffsets(committing('group'), contextOf(8));
    const beat = {
      groupId: 'group',
      memberId: 'member',
      memberEpoch: 0,
      instanceId: null,
      rackId: null,
      rebalanceTimeoutMs: 60_000,
      subscribedTopicNames: [ORDERS.name],
      subscribedTopicRegex: null,
      serverAssignor: null,
      topicPartitions: [],
    };
    const joined = await coordinator.heartbeatOfConsumer(beat, contextOf(1));
    assert.equal(joined.errorCode, 0);
    const typeOf = async () => (await coordinator.listGroups(ALL)).groups.map(({ groupType }) => groupType);
    assert.deepEqual(await typeOf(), ['consumer']);
    assert.equal(await committedOffset(fixture, 'group'), 42, 'its offsets stay');
    await coordinator.heartbeatOfConsumer({ ...beat, memberEpoch: -1 }, contextOf(1));
    await formGroup(fixture);
    assert.deepEqual(await typeOf(), ['classic']);
    await fixture.reload();
    assert.deepEqual(await typeOf(), ['classic']);
    assert.equal(await committedOffset(fixture, 'group'), 42);
    await fixture.log.close();
  });

  test('refuses before the group is asked: no group id, absurd session timeouts', async () => {
    const { coordinator, log } = await openCoordinator();
    const context = contextOf(7);
    const member = { groupId: '', memberId: 'm', generationId: 1, groupInstanceId: null };
    const codes = [
      (await coordinator.join(joining({ groupId: '' }), context)).errorCode,
      (await coordinator.sync({ ...member, protocolType: null, protocolName: null, assignments: [] }, context))
        .errorCode,
      (await coordinator.heartbeat(member, context)).errorCode,
      (await coordinator.leave({ groupId: '', memberId: '', members: [] }, context)).errorCode,
      (await coordinator.deleteOffsets({ groupId: '', topics: [] })).errorCode,
    ];
    assert.deepEqual(codes, Array(5).fill(ErrorCode.INVALID_GROUP_ID));
    for (const sessionTimeoutMs of [-1, 0, 5_999, 1_800_001, 2 ** 31 - 1]) {
      const { errorCode, memberId } = await coordinator.join(joining({ sessionTimeoutMs, memberId: 'me' }), context);
      assert.deepEqual([errorCode, memberId], [ErrorCode.INVALID_SESSION_TIMEOUT, 'me']);
    }
    await log.close();
  });
});
