import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Random } from '../random.ts';
import { realRandom } from '../real/random.ts';
import { createSimRandom } from './random.ts';

const worlds: readonly { name: string; random: Random }[] = [
  { name: 'real', random: realRandom },
  { name: 'simulated', random: createSimRandom(11) },
];

for (const { name, random } of worlds) {
  describe(`${name} random`, () => {
    it('draws below the bound, each value about as often', () => {
      for (const bound of [1, 2, 7, 1000, 2 ** 32 + 1, 2 ** 48 - 1]) {
        const tenths = new Array<number>(10).fill(0);
        for (let draw = 0; draw < 2000; draw++) {
          const value = random.below(bound);
          assert.ok(Number.isInteger(value) && value >= 0 && value < bound);
          const tenth = Math.floor((value / bound) * 10);
          tenths[tenth] = (tenths[tenth] ?? 0) + 1;
        }
        if (bound >= 1000)
          assert.ok(
            tenths.every((count) => count > 100 && count < 320),
            `${bound}: ${tenths}`,
          );
      }
      for (const bound of [0, -1, 1.5, 2 ** 48]) assert.throws(() => random.below(bound));
    });

    it('makes version-4 UUIDs that Kafka tools do not take for options', () => {
      for (let draw = 0; draw < 500; draw++) {
        const uuid = random.uuid();
        assert.match(uuid, /^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/);
        const bytes = Buffer.from(uuid, 'base64url');
        assert.equal(bytes.readUInt8(6) >> 4, 4);
        assert.equal(bytes.readUInt8(8) >> 6, 2);
      }
    });

    it('gives as many bytes as asked for', () => {
      assert.equal(random.bytes(0).length, 0);
      assert.equal(random.bytes(33).length, 33);
      assert.notDeepEqual(random.bytes(16), random.bytes(16));
    });
  });
}

it('a seed repeats a run, another seed is another run, a fork is independent', () => {
  const draw = (seed: number) => createSimRandom(seed).bytes(32).toString('hex');
  assert.equal(draw(1), draw(1));
  assert.equal(new Set(Array.from({ length: 200 }, (_, seed) => draw(seed))).size, 200);
  assert.notEqual(draw(1), draw(2 ** 32 + 1));
  const left = createSimRandom(5);
  const right = createSimRandom(5);
  const leftFork = left.fork();
  left.bytes(100);
  assert.deepEqual(leftFork.bytes(8), right.fork().bytes(8));
});
