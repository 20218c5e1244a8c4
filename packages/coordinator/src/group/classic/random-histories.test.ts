import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JoinGroupResponseInput } from '@sluice/protocol/generated/messages/join-group-response';
import fc from 'fast-check';
import type { Asked } from '../../testing/asked.ts';
import { type ClassicFixture, createClassicFixture } from '../../testing/classic-fixture.ts';
import { subscription } from '../../testing/classic-requests.ts';
import type { ClassicGroup } from './classic-group.ts';

const NAMES = ['range', 'roundrobin', 'sticky'];
const INSTANCES = [null, null, 'x', 'y'];

const protocols = fc
  .uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 })
  .map((names) => names.map((name) => ({ name, metadata: subscription(name) })));
/** Somebody, by the order in which members came; an index past the last is a stranger. */
const who = fc.nat(8);

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('new' as const),
      protocols,
      instance: fc.nat(3),
      version: fc.constantFrom(3, 5, 9),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('join' as const), who, protocols }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('sync' as const), who, isStale: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('heartbeat' as const), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('leave' as const), who }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 1000, 3000, 9000, 60_000) }),
  },
  { weight: 4, arbitrary: fc.constant({ kind: 'settle' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface World {
  fixture: ClassicFixture;
  /** JoinGroup requests in their order; their answers say the member ids. */
  readonly asked: Asked<JoinGroupResponseInput>[];
}

function memberIdOf({ fixture, asked }: World, index: number): string {
  const known = [...new Set(asked.map(({ response }) => response?.memberId ?? '').filter((id) => id !== ''))];
  return known[index] ?? [...(groupOf(fixture)?.members.keys() ?? [])][index] ?? 'a stranger';
}

function groupOf(fixture: ClassicFixture): ClassicGroup | undefined {
  return fixture.table.size === 0 ? undefined : fixture.group();
}

function instanceOf(fixture: ClassicFixture, memberId: string): string | null {
  return groupOf(fixture)?.members.get(memberId)?.groupInstanceId ?? null;
}

async function take(world: World, taken: Step): Promise<void> {
  const { fixture, asked } = world;
  const memberId = 'who' in taken ? memberIdOf(world, taken.who) : '';
  const groupInstanceId = instanceOf(fixture, memberId);
  const group = groupOf(fixture);
  switch (taken.kind) {
    case 'new':
      asked.push(
        fixture.join({ protocols: taken.protocols, groupInstanceId: INSTANCES[taken.instance] ?? null }, taken.version),
      );
      return;
    case 'join':
      asked.push(fixture.join({ memberId, groupInstanceId, protocols: taken.protocols }, 9));
      return;
    case 'sync': {
      const generationId = (group?.generation ?? 0) - Number(taken.isStale);
      const assignments = [...(group?.members.keys() ?? [])].map((id) => ({
        memberId: id,
        assignment: Buffer.from(id),
      }));
      fixture.sync({ memberId, groupInstanceId, generationId, assignments });
      return;
    }
    case 'heartbeat':
      fixture.heartbeat({ memberId, groupInstanceId, generationId: group?.generation ?? 0 });
      return;
    case 'leave':
      fixture.leave({ members: [{ memberId, groupInstanceId, reason: null }] });
      return;
    case 'wait':
      await fixture.clock.advance(taken.ms);
      return;
    case 'settle':
      await settle(world);
      return;
    case 'restart':
      world.fixture = fixture.restart();
  }
}

/** All members do what they should, once. */
async function settle({ fixture, asked }: World): Promise<void> {
  const group = groupOf(fixture);
  if (group === undefined) return;
  for (const { memberId, groupInstanceId, protocols: own, awaitingJoin } of group.members.values()) {
    if (awaitingJoin !== undefined || group.state !== 'PreparingRebalance') continue;
    asked.push(fixture.join({ memberId, groupInstanceId, protocols: [...own] }, 9));
  }
  if (group.previousState === 'Empty') await fixture.clock.advance(6000);
  const generationId = group.generation;
  const assignments = [...group.members.keys()].map((id) => ({ memberId: id, assignment: Buffer.from(id) }));
  for (const { memberId, groupInstanceId } of [...group.members.values()]) {
    fixture.sync({ memberId, groupInstanceId, generationId, assignments });
  }
}

function check(group: ClassicGroup): void {
  const members = [...group.members.values()];
  const joining = members.filter(({ awaitingJoin }) => awaitingJoin !== undefined);
  assert.equal(group.awaitingJoinCount, joining.length);
  if (group.isEmpty) assert.equal(members.length, 0);
  if (members.length > 0) assert(group.leaderId !== undefined && group.members.has(group.leaderId), 'a member leads');
  for (const name of NAMES) {
    const isKnown = members.every((member) => member.protocols.some((protocol) => protocol.name === name));
    assert.equal(group.isKnownToAll(name), isKnown, name);
  }
  if (members.length > 0)
    assert(
      NAMES.some((name) => group.isKnownToAll(name)),
      'there is a choice',
    );
  for (const { memberId, groupInstanceId } of members) {
    if (groupInstanceId !== null) assert.equal(group.memberIdOfInstance(groupInstanceId), memberId);
    assert(!group.pendingMembers.has(memberId), 'a member is in, or about to come');
  }
  for (const memberId of group.pendingSyncs) assert(group.members.has(memberId), 'only members are waited for');
  if (joining.length > 0) assert.equal(group.state, 'PreparingRebalance', 'who joins waits for the others alone');
  if (members.some(({ awaitingSync }) => awaitingSync !== undefined)) assert.equal(group.state, 'CompletingRebalance');
}

/** What is stored of a stable group is all that there is to know of it. */
function checkReplay(fixture: ClassicFixture): void {
  const group = groupOf(fixture);
  if (group?.state !== 'Stable') return;
  const replayed = createClassicFixture({ records: fixture.records }).group();
  const gist = ({ state, generation, protocol, leaderId, members, protocolType, subscribedTopics }: ClassicGroup) => ({
    state,
    generation,
    protocol,
    leaderId,
    protocolType,
    subscribedTopics: [...(subscribedTopics ?? [])].sort(),
    members: [...members.values()].map((each) => [each.memberId, each.groupInstanceId, each.assignment.toString()]),
  });
  assert.deepEqual(gist(replayed), gist(group));
}

describe('classic groups: random histories', () => {
  test('nobody is forgotten or answered twice, and a restart finds a stable group as it was', async () => {
    let stableCount = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }), async (steps) => {
        const world: World = { fixture: createClassicFixture(), asked: [] };
        for (const each of steps) {
          await take(world, each);
          const group = groupOf(world.fixture);
          if (group === undefined) continue;
          check(group);
          stableCount += Number(group.state === 'Stable');
          checkReplay(world.fixture);
        }
        await world.fixture.clock.advance(600_000);
        const group = groupOf(world.fixture);
        assert(group === undefined || (group.isEmpty && group.pendingMembers.size === 0), 'all silent members are out');
        assert.equal(world.fixture.clock.timerCount, 0);
      }),
      { numRuns: 150 },
    );
    assert(stableCount > 100, `stable groups were seen ${stableCount} times`);
  });
});
