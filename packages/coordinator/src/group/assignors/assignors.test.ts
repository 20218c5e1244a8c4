import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type AnyGroup,
  anyGroup,
  homogeneousGroup,
  inputOf,
  MEMBER,
  sizeOf,
  withTarget,
} from '../../testing/any-group.ts';
import { movedPartitions } from '../../testing/moved-partitions.ts';
import type { Assignment, Assignor, AssignorInput, AssignorMember } from './assignor.ts';
import { rangeAssignor } from './range-assignor.ts';
import { uniformAssignor } from './uniform-assignor.ts';

type Target = ReadonlyMap<string, Assignment>;

describe('every assignor', () => {
  for (const assignor of [uniformAssignor, rangeAssignor]) {
    it(`${assignor.name}: gives each partition to one of its subscribers, none twice, none to others`, () => {
      fc.assert(
        fc.property(anyGroup, (group) => {
          assertIsComplete(inputOf(group), assignor.assign(inputOf(group)));
        }),
      );
    });

    it(`${assignor.name}: hands back the very same assignments when nothing has changed`, () => {
      fc.assert(
        fc.property(anyGroup, (group) => {
          const input = withTarget(inputOf(group), settle(assignor, inputOf(group)));
          const again = assignor.assign(input);
          for (const [id, { assignment }] of input.members) assert.equal(again.get(id), assignment);
        }),
      );
    });

    it(`${assignor.name}: does not depend on the order of members and topics`, () => {
      fc.assert(
        fc.property(anyGroup, (group) => {
          const input = inputOf(group);
          const turned = [...input.members].reverse().map(([id, member]): [string, AssignorMember] => {
            return [id, { ...member, subscribedTopicIds: new Set([...member.subscribedTopicIds].reverse()) }];
          });
          assert.deepEqual(assignor.assign({ ...input, members: new Map(turned) }), assignor.assign(input));
        }),
      );
    });

    it(`${assignor.name}: has nothing to give without members, and nothing without subscriptions`, () => {
      assert.equal(assignor.assign({ members: new Map(), partitionCount: () => 3 }).size, 0);
      const idle = { ...MEMBER, assignment: new Map([['gone', [0, 1]]]) };
      const target = assignor.assign({ members: new Map([['a', idle]]), partitionCount: () => undefined });
      assert.deepEqual(target, new Map([['a', new Map()]]));
    });

    it(`${assignor.name}: a target in which two members have one partition is mended`, () => {
      const both = { ...MEMBER, subscribedTopicIds: new Set(['t']), assignment: new Map([['t', [0, 1, 7]]]) };
      const input = {
        members: new Map([
          ['a', both],
          ['b', both],
        ]),
        partitionCount: () => 3,
      };
      assertIsComplete(input, assignor.assign(input));
    });
  }
});

describe('uniform assignor', () => {
  it('is balanced within one partition when all have the same subscription', () => {
    fc.assert(
      fc.property(homogeneousGroup, (group) => {
        const sizes = [...uniformAssignor.assign(inputOf(group)).values()].map(sizeOf);
        assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, String(sizes));
      }),
    );
  });

  it('moves no more partitions than balance demands when all have the same subscription', () => {
    fc.assert(
      fc.property(homogeneousGroup, (group) => {
        const input = inputOf(group);
        const before: Target = new Map([...input.members].map(([id, { assignment }]) => [id, assignment]));
        const kept = [...input.members.values()].map((member) => validSizeOf(input, member));
        assert.equal(movedPartitions(before, uniformAssignor.assign(input)), movesMin(group, kept));
      }),
    );
  });

  it('leaves a topic balanced among its subscribers when each topic has its own', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 5 })), { maxLength: 5 }), (teams) => {
        const members = new Map<string, AssignorMember>();
        for (const [team, [, size]] of teams.entries()) {
          for (let i = 0; i < size; i++) {
            members.set(`${team}-${i}`, { ...MEMBER, subscribedTopicIds: new Set([`t${team}`]) });
          }
        }
        const target = uniformAssignor.assign({ members, partitionCount: (id) => teams[Number(id.slice(1))]?.[0] });
        for (const team of teams.keys()) {
          const sizes = [...target].filter(([id]) => id.startsWith(`${team}-`)).map(([, mine]) => sizeOf(mine));
          assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, String(sizes));
        }
      }),
    );
  });

  it('evens out what a member that was alone has gathered', () => {
    const topics = ['a', 'b', 'c'];
    const subscribedTopicIds = new Set(topics);
    const alone = { ...MEMBER, subscribedTopicIds, assignment: new Map(topics.map((id) => [id, [0, 1, 2, 3]])) };
    const members = new Map<string, AssignorMember>([
      ['first', alone],
      ['second', { ...MEMBER, subscribedTopicIds: new Set(['a', 'b']) }],
      ['third', { ...MEMBER, subscribedTopicIds: new Set(['c']) }],
    ]);
    const target = uniformAssignor.assign({ members, partitionCount: () => 4 });
    const [first = 0, second = 0, third = 0] = [...target.values()].map(sizeOf);
    assert.ok(Math.abs(first - second) <= 1 && Math.abs(first - third) <= 1, `${first} ${second} ${third}`);
  });
});

describe('range assignor', () => {
  it('gives a member the same partitions of all topics that have equally many and the same subscribers', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.integer({ min: 1, max: 9 }), (partitions, memberCount) => {
        const subscribedTopicIds = new Set(['a', 'b']);
        const members = new Map(
          Array.from({ length: memberCount }, (_, i) => [`m${i}`, { ...MEMBER, subscribedTopicIds }]),
        );
        const target = rangeAssignor.assign({ members, partitionCount: () => partitions });
        for (const assignment of target.values()) assert.deepEqual(assignment.get('a'), assignment.get('b'));
      }),
    );
  });

  it('keeps the ranges of static members when they come back under new member ids', () => {
    const group = (ids: readonly string[]): AssignorInput => ({
      members: new Map(
        ids.map((id, i) => [id, { ...MEMBER, instanceId: `i${i}`, subscribedTopicIds: new Set(['t']) }]),
      ),
      partitionCount: () => 7,
    });
    const ranges = (ids: readonly string[]) => {
      const target = rangeAssignor.assign(group(ids));
      return ids.map((id) => target.get(id)?.get('t'));
    };
    assert.deepEqual(ranges(['x', 'y', 'z']), ranges(['z2', 'a2', 'k2']));
  });

  it('serves static members first, then the others by member id', () => {
    const subscribedTopicIds = new Set(['t']);
    const members = new Map<string, AssignorMember>([
      ['a', { ...MEMBER, subscribedTopicIds }],
      ['b', { ...MEMBER, subscribedTopicIds }],
      ['z', { ...MEMBER, instanceId: 'i', subscribedTopicIds }],
    ]);
    const target = rangeAssignor.assign({ members, partitionCount: () => 2 });
    assert.deepEqual(
      target,
      new Map([
        ['z', new Map([['t', [0]]])],
        ['a', new Map([['t', [1]]])],
        ['b', new Map()],
      ]),
    );
  });
});

describe('assignors at scale', () => {
  it('look up each topic a bounded number of times, whatever the number of members and partitions', () => {
    for (const assignor of [uniformAssignor, rangeAssignor]) {
      for (const overlap of [0, 1]) {
        let lookups = 0;
        const topics = Array.from({ length: 100 }, (_, i) => `topic-${i}`);
        const subscriptions = [new Set(topics), new Set(topics.slice(overlap))];
        const members = new Map<string, AssignorMember>();
        for (let i = 0; i < 1000; i++) {
          members.set(`m${i}`, { ...MEMBER, subscribedTopicIds: subscriptions[i % 2] ?? new Set() });
        }
        const input: AssignorInput = {
          members,
          partitionCount() {
            lookups++;
            return 100;
          },
        };
        const target = assignor.assign(input);
        assert.ok(lookups <= topics.length, `${assignor.name}: ${lookups}`);
        assert.equal(
          [...target.values()].reduce((sum, mine) => sum + sizeOf(mine), 0),
          10_000,
        );
      }
    }
  });
});

/** Overlapping subscriptions may take several runs to come to rest: `BALANCE_ROUNDS_MAX`. */
function settle(assignor: Assignor, input: AssignorInput): Target {
  let target = assignor.assign(input);
  for (let run = 0; run < 4; run++) target = assignor.assign(withTarget(input, target));
  return target;
}

function assertIsComplete({ members, partitionCount }: AssignorInput, target: Target): void {
  assert.deepEqual([...target.keys()].sort(), [...members.keys()].sort());
  const seen = new Set<string>();
  for (const [memberId, assignment] of target) {
    for (const [topicId, partitions] of assignment) {
      assert.ok(members.get(memberId)?.subscribedTopicIds.has(topicId), `${memberId} is not subscribed to ${topicId}`);
      assert.ok(partitions.length > 0);
      assert.deepEqual(
        partitions,
        [...partitions].sort((a, b) => a - b),
      );
      for (const partition of partitions) {
        assert.ok(!seen.has(`${topicId}-${partition}`), `${topicId}-${partition} twice`);
        seen.add(`${topicId}-${partition}`);
      }
    }
  }
  const subscribed = new Set([...members.values()].flatMap(({ subscribedTopicIds }) => [...subscribedTopicIds]));
  for (const topicId of subscribed) {
    for (let p = 0; p < (partitionCount(topicId) ?? 0); p++) assert.ok(seen.has(`${topicId}-${p}`), `${topicId}-${p}`);
  }
}

/** Whoever has more than the even share must give the rest away; `extras` of those with more may keep one more. */
function movesMin({ partitions, subscriptions }: AnyGroup, sizes: readonly number[]): number {
  const total = partitions.reduce((sum, count) => sum + count, 0);
  const share = Math.floor(total / subscriptions.length);
  const above = sizes.filter((size) => size > share);
  const excess = above.reduce((sum, size) => sum + size - share, 0);
  return excess - Math.min(above.length, total % subscriptions.length);
}

function validSizeOf({ partitionCount }: AssignorInput, { assignment }: AssignorMember): number {
  let size = 0;
  for (const [id, partitions] of assignment) size += partitions.filter((p) => p < (partitionCount(id) ?? 0)).length;
  return size;
}
