import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { createRegistry, REGISTRY_TOPIC } from '../registry/registry.ts';
import { settled } from '../testing/door.ts';
import { createMemoryCluster } from '../testing/memory-cluster.ts';
import { createSeal } from './seal.ts';

describe('a seal', () => {
  it('makes its key once, however many ask for the first time together, and other doors open what it sealed', async () => {
    const clock = createSimClock();
    const random = createSimRandom(1);
    const cluster = createMemoryCluster({ clock, below: random.below });
    const open = () =>
      createSeal(createRegistry({ log: cluster.connect().log, clock, random: random.fork() }), random.fork());
    const [one, other] = [open(), open()];
    const contents = Array.from({ length: 10 }, (_, index) => Buffer.from([index]));
    const sealed = await settled(clock, Promise.all(contents.map((content) => one.seal(content))));
    assert.equal(cluster.records(REGISTRY_TOPIC, 0).length, 1);
    assert.deepEqual(await settled(clock, Promise.all(sealed.map((each) => other.open(each)))), contents);
    const changed = Buffer.from(sealed[0] ?? '', 'base64');
    changed[changed.length - 1] = 9;
    assert.equal(await settled(clock, other.open(changed.toString('base64'))), undefined);
  });
});
