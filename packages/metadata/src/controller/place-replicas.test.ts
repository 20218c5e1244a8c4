import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimRandom } from '@sluice/kernel/sim/random';
import fc from 'fast-check';
import { placeReplicas } from './place-replicas.ts';

const brokersOf = (racks: readonly (readonly [rack: string | null, fenced: boolean])[]) =>
  racks.map(([rack, fenced], index) => ({ id: index + 1, rack, fenced }));

function placed(request: Omit<Parameters<typeof placeReplicas>[0], 'random'> & { seed?: number }) {
  const placement = placeReplicas({ ...request, random: createSimRandom(request.seed ?? 1) });
  assert.ok(placement.ok);
  return placement.replicas;
}

function countBy<T>(items: Iterable<T>): Map<T, number> {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

describe('replica placement', () => {
  it('puts everything on the only broker', () => {
    assert.deepEqual(placed({ brokers: brokersOf([[null, false]]), partitionCount: 3, replicationFactor: 1 }), [
      [1],
      [1],
      [1],
    ]);
  });

  it('fails with more replicas than brokers, and with nobody to lead', () => {
    const random = createSimRandom(1);
    const one = brokersOf([[null, false]]);
    const fenced = brokersOf([[null, true]]);
    assert.equal(placeReplicas({ brokers: one, partitionCount: 1, replicationFactor: 2, random }).ok, false);
    assert.equal(placeReplicas({ brokers: fenced, partitionCount: 1, replicationFactor: 1, random }).ok, false);
    assert.equal(placeReplicas({ brokers: [], partitionCount: 1, replicationFactor: 1, random }).ok, false);
  });

  it('keeps its promises for any cluster', () => {
    const broker = fc.tuple(fc.constantFrom('a', 'b', 'c', null), fc.boolean());
    const cluster = fc.array(broker, { minLength: 1, maxLength: 9 }).filter((all) => all.some(([, fenced]) => !fenced));
    fc.assert(
      fc.property(cluster, fc.nat(40), fc.nat(8), fc.nat(1_000), (shape, partitionCount, factor, seed) => {
        const brokers = brokersOf(shape);
        const replicationFactor = (factor % brokers.length) + 1;
        const replicas = placed({ brokers, partitionCount, replicationFactor, seed });
        assert.equal(replicas.length, partitionCount);
        const byId = new Map(brokers.map((item) => [item.id, item]));
        const rackCount = new Set(brokers.map(({ rack }) => rack)).size;
        for (const partition of replicas) {
          assert.equal(partition.length, replicationFactor);
          assert.equal(new Set(partition).size, replicationFactor);
          assert.equal(byId.get(partition[0] ?? -1)?.fenced, false);
          const racks = new Set(partition.map((id) => byId.get(id)?.rack));
          assert.equal(racks.size, Math.min(replicationFactor, rackCount));
        }
        const leads = countBy(replicas.map(([leader]) => leader));
        const unfencedCount = brokers.filter(({ fenced }) => !fenced).length;
        for (const count of leads.values()) assert.ok(count <= Math.ceil(partitionCount / unfencedCount));
      }),
    );
  });

  it('spreads followers over brokers, and leaders of a broker over different followers', () => {
    const brokers = brokersOf(['a', 'a', 'b', 'b', 'c', 'c'].map((rack) => [rack, false]));
    const replicas = placed({ brokers, partitionCount: 600, replicationFactor: 3 });
    const perBroker = countBy(replicas.flat());
    for (const count of perBroker.values()) assert.ok(count > 250 && count < 350, `${count} replicas on one broker`);
    const followersOfOne = new Set(replicas.filter(([leader]) => leader === 1).map((ids) => ids.slice(1).join()));
    assert.ok(followersOfOne.size >= 4);
  });

  it('takes a fenced broker only where its rack has no other', () => {
    const brokers = brokersOf([
      ['a', false],
      ['a', true],
      ['b', true],
    ]);
    for (const partition of placed({ brokers, partitionCount: 20, replicationFactor: 2 })) {
      assert.deepEqual(partition, [1, 3]);
    }
  });
});
