import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createKeyMap } from './key-map.ts';

const put = (map: ReturnType<typeof createKeyMap>, key: Buffer, offset: number) => map.put(key, 0, key.length, offset);
const get = (map: ReturnType<typeof createKeyMap>, key: Buffer) => map.offsetOf(key, 0, key.length);

describe('a map of keys', () => {
  it('answers as a map of strings would', () => {
    const keys = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(keys, fc.integer(), (list, seed) => {
        const map = createKeyMap(1_000_000, seed);
        const model = new Map<string, number>();
        list.forEach((bytes, offset) => {
          const key = Buffer.from(bytes);
          assert(put(map, key, offset));
          model.set(key.toString('hex'), offset);
        });
        assert.equal(map.count, model.size);
        for (const [hex, offset] of model) assert.equal(get(map, Buffer.from(hex, 'hex')), offset);
        assert.equal(get(map, Buffer.from('a key that is longer than any of the others are')), -1);
      }),
    );
  });

  it('takes keys up to its limit and not one more, and still moves those that it has', () => {
    const map = createKeyMap(24 * 64, 7);
    assert.equal(map.countMax, 48);
    for (let index = 0; index < map.countMax; index++) assert(put(map, Buffer.from(`key-${index}`), index));
    assert.equal(put(map, Buffer.from('one more'), 100), false);
    assert.equal(get(map, Buffer.from('one more')), -1);
    assert(put(map, Buffer.from('key-0'), 101));
    assert.equal(get(map, Buffer.from('key-0')), 101);
    assert.equal(map.count, map.countMax);
  });

  it('bug: looks for keys without end when there is memory for less than two', () => {
    const map = createKeyMap(1, 7);
    assert(put(map, Buffer.from('one'), 1));
    assert.equal(put(map, Buffer.from('another'), 2), false);
    assert.equal(get(map, Buffer.from('another')), -1);
  });

  it('keeps every key while it grows', () => {
    const map = createKeyMap(24 * 2 ** 16, 1);
    for (let index = 0; index < 40_000; index++) assert(put(map, Buffer.from(`key-${index}`), index));
    for (let index = 0; index < 40_000; index++) assert.equal(get(map, Buffer.from(`key-${index}`)), index);
  });

  it('moves keys that come again while it grows, and gives their last offsets at any moment', () => {
    const map = createKeyMap(24 * 2 ** 14, 5);
    const model = new Map<string, number>();
    const random = (below: number, offset: number) => (offset * 7919) % below;
    for (let offset = 0; offset < 30_000; offset++) {
      // Every other time one that came before: from a table that is being moved, or has been.
      const key = offset % 2 === 0 ? `key-${offset}` : `key-${random(offset + 1, offset) & ~1}`;
      const isTaken = put(map, Buffer.from(key), offset);
      assert.equal(isTaken, model.has(key) || model.size < map.countMax);
      if (isTaken) model.set(key, offset);
      const other = `key-${random(offset + 1, offset + 1)}`;
      assert.equal(get(map, Buffer.from(other)), model.get(other) ?? -1);
    }
    assert.equal(map.count, map.countMax);
    for (const [key, offset] of model) assert.equal(get(map, Buffer.from(key)), offset);
  });

  it('tells keys apart that differ in one bit', () => {
    const map = createKeyMap(1_000_000, 3);
    const key = Buffer.alloc(33, 0x5a);
    for (let bit = 0; bit < key.length * 8; bit++) {
      const other = Buffer.from(key);
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      put(map, other, bit);
    }
    assert.equal(map.count, key.length * 8);
  });
});
