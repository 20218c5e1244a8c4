import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Assignment } from '../assignors/assignor.ts';
import { assignSimply, type SimpleAssignorMember } from './simple-assignor.ts';

const NOTHING: Assignment = new Map();
const member = (topics: readonly string[], assignment: Assignment = NOTHING): SimpleAssignorMember => ({
  subscribedTopicIds: new Set(topics),
  assignment,
});

/** Members of one subscription share a set, as they do where assignors are asked. */
function members(names: string, topics: readonly string[]): Map<string, SimpleAssignorMember> {
  const shared = member(topics);
  return new Map(Array.from(names, (name) => [name, shared]));
}

function shown(targets: ReadonlyMap<string, Assignment>): Record<string, Record<string, readonly number[]>> {
  return Object.fromEntries(Array.from(targets, ([name, target]) => [name, Object.fromEntries(target)]));
}

describe('assignSimply', () => {
  it('shares partitions out where there are more than members', () => {
    const targets = assignSimply(members('ab', ['t']), new Map([['t', [0, 1, 2, 3, 4]]]));
    assert.deepEqual(shown(targets), { a: { t: [0, 2, 4] }, b: { t: [1, 3] } });
  });

  it('gives a partition to several where there are more members', () => {
    const targets = assignSimply(members('abc', ['t']), new Map([['t', [0]]]));
    assert.deepEqual(shown(targets), { a: { t: [0] }, b: { t: [0] }, c: { t: [0] } });
  });

  it('gives nothing of what is not to be had', () => {
    const targets = assignSimply(members('a', ['t', 'u']), new Map([['u', [1]]]));
    assert.deepEqual(shown(targets), { a: { u: [1] } });
    assert.deepEqual(shown(assignSimply(members('a', ['t']), new Map())), { a: {} });
    assert.deepEqual(shown(assignSimply(new Map(), new Map([['t', [0]]]))), {});
  });

  it('shares each topic out by itself where subscriptions differ', () => {
    const asked = new Map([
      ['a', member(['t'])],
      ['b', member(['t', 'u'])],
    ]);
    const targets = assignSimply(asked, new Map([...(['t', 'u'] as const).map((topic) => [topic, [0, 1]] as const)]));
    assert.deepEqual(shown(targets), { a: { t: [0] }, b: { t: [1], u: [0, 1] } });
  });

  it('takes from a member what a new one is to have, and no more', () => {
    const before: Assignment = new Map([['t', [0, 1, 2, 3]]]);
    const topics = member(['t']).subscribedTopicIds;
    const asked = new Map([
      ['a', { subscribedTopicIds: topics, assignment: before }],
      ['b', { subscribedTopicIds: topics, assignment: NOTHING }],
    ]);
    const targets = assignSimply(asked, new Map([['t', [0, 1, 2, 3]]]));
    assert.equal(targets.get('a')?.get('t')?.length, 2);
    assert.equal(targets.get('b')?.get('t')?.length, 2);
    const again = assignSimply(
      new Map([...asked].map(([name, each]) => [name, { ...each, assignment: targets.get(name) ?? NOTHING }])),
      new Map([['t', [0, 1, 2, 3]]]),
    );
    for (const [name, target] of targets) assert.equal(again.get(name), target, 'the same object');
  });

  const topicNames = ['t', 'u', 'v'];
  const anyGroup = fc.record({
    partitions: fc.array(fc.nat(6), { minLength: 3, maxLength: 3 }),
    subscriptions: fc.array(fc.subarray(topicNames, { minLength: 1 }), { minLength: 1, maxLength: 9 }),
    before: fc.array(fc.array(fc.subarray([0, 1, 2, 3, 4, 5]), { minLength: 3, maxLength: 3 }), { maxLength: 9 }),
  });

  it('leaves no partition to nobody, and shares each topic fairly among those who differ', () => {
    fc.assert(
      fc.property(anyGroup, ({ partitions, subscriptions, before }) => {
        const assignable = new Map(
          topicNames.map((topic, i) => [topic, Array.from({ length: partitions[i] ?? 0 }, (_, each) => each)] as const),
        );
        const asked = new Map(
          subscriptions.map((topics, i) => {
            const assignment = new Map(topicNames.map((topic, j) => [topic, before[i]?.[j] ?? []] as const));
            return [String(i), member(topics, assignment)] as const;
          }),
        );
        const targets = assignSimply(asked, assignable);
        assert.deepEqual([...targets.keys()].sort(), [...asked.keys()].sort());
        for (const [topic, numbers] of assignable) {
          const subscribers = subscriptions.filter((topics) => topics.includes(topic)).length;
          const sizes: number[] = [];
          const sharers = new Map(numbers.map((each) => [each, 0]));
          for (const [name, target] of targets) {
            const share = target.get(topic) ?? [];
            assert.equal(new Set(share).size, share.length);
            if (asked.get(name)?.subscribedTopicIds.has(topic) === true) sizes.push(share.length);
            else assert.equal(share.length, 0);
            for (const each of share) {
              assert.ok(sharers.has(each));
              sharers.set(each, (sharers.get(each) ?? 0) + 1);
            }
          }
          if (subscribers === 0 || numbers.length === 0) continue;
          const sharersMax = Math.ceil(subscribers / numbers.length);
          for (const count of sharers.values()) assert.ok(count >= 1 && count <= Math.max(sharersMax, subscribers));
          // Several sets of topics: each topic by itself, give or take one.
          if (new Set(Array.from(asked.values(), ({ subscribedTopicIds }) => subscribedTopicIds)).size > 1) {
            assert.ok(Math.max(...sizes) <= Math.ceil((sharersMax * numbers.length) / subscribers));
          }
        }
      }),
    );
  });
});
