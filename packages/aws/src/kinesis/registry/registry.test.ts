import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { settled } from '../testing/door.ts';
import { createMemoryCluster } from '../testing/memory-cluster.ts';
import { createRegistry, REGISTRY_TOPIC } from './registry.ts';
import { encodeRegistryRecord } from './registry-record.ts';

function fixture(seed = 1) {
  const clock = createSimClock();
  const random = createSimRandom(seed);
  const cluster = createMemoryCluster({ clock, below: random.below });
  const open = () => createRegistry({ log: cluster.connect().log, clock, random: random.fork() });
  const run = <Result>(promise: Promise<Result>) => settled(clock, promise);
  return { clock, cluster, open, run };
}

const add = (value: number) => (current: unknown) => [...((current as number[] | undefined) ?? []), value];

describe('the registry', () => {
  it('loses no change of doors that write the same entry at the same time', async () => {
    const { open, run } = fixture();
    const doors = [open(), open(), open()];
    await run(Promise.all(Array.from({ length: 30 }, (_, value) => doors[value % 3]?.change('key', add(value)))));
    const late = open();
    await run(late.confirm());
    const values = late.get('key') as number[];
    assert.deepEqual(
      [...values].sort((a, b) => a - b),
      Array.from({ length: 30 }, (_, value) => value),
    );
    for (const door of doors) {
      await run(door.confirm());
      assert.deepEqual(door.get('key'), values);
    }
  });

  it('is the same after compaction, since the last record of a key is one that counts', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { cluster, open, run } = fixture(seed);
      const doors = [open(), open(), open()];
      await run(Promise.all(Array.from({ length: 9 }, (_, value) => doors[value % 3]?.change('key', add(value)))));
      const before = open();
      await run(before.confirm());
      cluster.compact(REGISTRY_TOPIC, 0);
      const after = open();
      await run(after.confirm());
      assert.deepEqual(after.get('key'), before.get('key'));
    }
  });

  it('repairs what a door shadowed that died at once', async () => {
    const { cluster, open, run } = fixture();
    const door = open();
    await run(door.change('key', () => 'winner'));
    cluster.write(
      REGISTRY_TOPIC,
      0,
      encodeRegistryRecord({ key: 'key', version: 1, writer: 'dead/0', value: 'loser' }),
    );
    await run(door.confirm());
    assert.equal(door.get('key'), 'winner');
    await run(door.repair());
    cluster.compact(REGISTRY_TOPIC, 0);
    const late = open();
    await run(late.confirm());
    assert.equal(late.get('key'), 'winner');
  });

  it('forgets a removed entry, and a removal that comes late removes nothing newer', async () => {
    const { cluster, open, run } = fixture();
    const door = open();
    await run(door.change('key', () => 'one'));
    await run(door.change('key', () => null));
    assert.equal(door.get('key'), undefined);
    await run(door.change('key', () => 'two'));
    cluster.write(REGISTRY_TOPIC, 0, encodeRegistryRecord({ key: 'key', version: 2, writer: 'late/0', value: null }));
    await run(door.confirm());
    assert.equal(door.get('key'), 'two');
  });

  it('leaves out what no door has written', async () => {
    const { cluster, open, run } = fixture();
    const door = open();
    await run(door.change('key', () => 'one'));
    cluster.write(REGISTRY_TOPIC, 0, { key: 'key', value: 'anything' });
    cluster.write(REGISTRY_TOPIC, 0, { key: null, value: null });
    await run(door.confirm());
    assert.equal(door.get('key'), 'one');
  });
});
