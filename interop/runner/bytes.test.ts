import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, digest } from './bytes.ts';

test('a specification becomes the bytes that CONTRACT.md says', () => {
  assert.equal(bytesOf(null), null);
  assert.deepEqual(bytesOf('ü'), Buffer.from([0xc3, 0xbc]));
  assert.deepEqual(bytesOf({ hex: '00ff' }), Buffer.from([0, 255]));
  assert.deepEqual(bytesOf({ size: 5, repeat: 'ab' }), Buffer.from('ababa'));
  // 1 * 1664525 + 1013904223 = 0x3c88596c; the next is 0x5e8885db.
  assert.deepEqual(bytesOf({ size: 2, seed: 1 }), Buffer.from([0x3c, 0x5e]));
});

test('a digest keeps null and empty apart', () => {
  assert.equal(digest(null), null);
  assert.equal(digest(Buffer.alloc(0)), '0:e3b0c44298fc1c14');
});
