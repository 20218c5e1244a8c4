import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeValue, encodeValue } from './record-value.ts';

test('a value gives its id back, and any other byte in it gives another', () => {
  for (const sizeBytes of [0, 1, 200]) {
    const value = Buffer.from(encodeValue('exact/1:42', sizeBytes));
    assert.equal(decodeValue(value), 'exact/1:42');
    for (let index = 0; index < value.length; index++) {
      const damaged = Buffer.from(value);
      damaged[index] = (damaged[index] ?? 0) ^ 1;
      assert.notEqual(decodeValue(damaged), 'exact/1:42', `byte ${index}`);
    }
  }
  assert.match(decodeValue(null), /^damaged/);
});
