import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ClusterMetadata, ExtendedGroupProtocolSubscription } from '@platformatic/kafka';
import fc from 'fast-check';
import { rangeAssignor } from './range-assignor.ts';

type Subscriptions = Readonly<Record<string, readonly string[]>>;

function assign(subscriptions: Subscriptions, counts: Readonly<Record<string, number>>) {
  const members = new Map(
    Object.entries(subscriptions).map(([memberId, topics]): [string, ExtendedGroupProtocolSubscription] => [
      memberId,
      { memberId, version: 1, topics: [...topics] },
    ]),
  );
  const topics = new Map(Object.entries(counts).map(([topic, partitionsCount]) => [topic, { partitionsCount }]));
  // Of the metadata only the counts are looked at.
  const metadata = { topics } as unknown as ClusterMetadata;
  return Object.fromEntries(
    rangeAssignor('a', members, new Set(subscriptions.a), metadata).map(({ memberId, assignments }) => [
      memberId,
      Object.fromEntries([...assignments].map(([topic, { partitions }]) => [topic, partitions])),
    ]),
  );
}

describe('the range assignor', () => {
  it('gives neighbouring partitions to the members of a topic', () => {
    assert.deepEqual(assign({ b: ['t'], a: ['t'] }, { t: 5 }), { a: { t: [0, 1, 2] }, b: { t: [3, 4] } });
  });

  it('does right by members with other topics than those of who assigns', () => {
    assert.deepEqual(assign({ a: ['x'], b: ['x', 'y'], c: ['y'] }, { x: 3, y: 2 }), {
      a: { x: [0, 1] },
      b: { x: [2], y: [0] },
      c: { y: [1] },
    });
  });

  it('assigns each partition once, to somebody who subscribes, as evenly as can be', () => {
    const names = ['x', 'y', 'z'];
    const subscriptions = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.subarray(names), {
      minKeys: 1,
      noNullPrototype: true,
    });
    const counts = fc.record({ x: fc.nat(9), y: fc.nat(9), z: fc.nat(9) });
    fc.assert(
      fc.property(subscriptions, counts, (subscribed, partitionCounts) => {
        const assigned = assign(subscribed, partitionCounts);
        for (const topic of names) {
          const subscribers = Object.keys(subscribed).filter((memberId) => subscribed[memberId]?.includes(topic));
          const shares = subscribers.map((memberId) => assigned[memberId]?.[topic] ?? []);
          const count = partitionCounts[topic as keyof typeof partitionCounts];
          const all = shares.flat().sort((a, b) => a - b);
          assert.deepEqual(all, subscribers.length === 0 ? [] : Array.from({ length: count }, (_, index) => index));
          const sizes = shares.map(({ length }) => length);
          assert(sizes.length === 0 || Math.max(...sizes) - Math.min(...sizes) <= 1);
          for (const memberId of Object.keys(assigned)) {
            if (!subscribers.includes(memberId)) assert.equal(assigned[memberId]?.[topic], undefined);
          }
        }
      }),
    );
  });
});
