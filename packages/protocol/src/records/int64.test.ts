import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { putInt64 } from '../int64.ts';
import { readInt64 } from './int64.ts';

test('safe integers are written as int64 and read back', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      const buffer = Buffer.alloc(10);
      putInt64(buffer, 1, value);
      assert.equal(buffer.readBigInt64BE(1), BigInt(value));
      assert.equal(readInt64(buffer, 1), value);
    }),
    { examples: [[0], [-1], [2 ** 32], [-(2 ** 32)], [2 ** 32 - 1], [2 ** 53 - 1], [-(2 ** 53) + 1]] },
  );
});

test('an int64 beyond the safe integers reads as NaN', () => {
  for (const value of [2n ** 53n, -(2n ** 53n), 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)]) {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64BE(value);
    assert.ok(Number.isNaN(readInt64(buffer, 0)), String(value));
  }
});
