import assert from 'node:assert/strict';
import { test } from 'node:test';
import { realRandom } from './random.ts';

test('bytes are of the length that was asked for, none is given out twice, and whoever has them may change them', () => {
  const seen = new Set<string>();
  for (let round = 0; round < 1000; round++) {
    const bytes = realRandom.bytes(16);
    assert.equal(bytes.length, 16);
    seen.add(bytes.toString('hex'));
    bytes.fill(0);
  }
  assert.equal(seen.size, 1000);
  assert.equal(seen.has('0'.repeat(32)), false);
  for (const count of [0, 1, 63, 64, 65, 5000]) assert.equal(realRandom.bytes(count).length, count);
});

test('uuids are version 4, and all different', () => {
  const seen = new Set(Array.from({ length: 1000 }, () => realRandom.uuid()));
  assert.equal(seen.size, 1000);
  for (const uuid of seen) assert.equal(Buffer.from(uuid, 'base64url').readUInt8(6) >> 4, 4);
});
