import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ReadPosition, readVarint, readVarlong, varintSizeBytes, writeVarint } from './varint.ts';

function over(bytes: Buffer): ReadPosition {
  return { buffer: bytes, at: 0, end: bytes.length };
}

function written(value: number): Buffer {
  const buffer = Buffer.alloc(12);
  return buffer.subarray(0, writeVarint(buffer, 0, value));
}

test('int32s round-trip through both readers in the stated size', () => {
  fc.assert(
    fc.property(fc.integer(), (value) => {
      const bytes = written(value);
      assert.equal(bytes.length, varintSizeBytes(value));
      assert.equal(readVarint(over(bytes)), value);
      assert.equal(readVarlong(over(bytes)), value);
    }),
    { examples: [[0], [-1], [63], [64], [-64], [-65], [2 ** 31 - 1], [-(2 ** 31)]] },
  );
});

test('safe integers round-trip as varlongs, zigzag as BigInt has it', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      const bytes = written(value);
      assert.equal(bytes.length, varintSizeBytes(value));
      assert.equal(readVarlong(over(bytes)), value);
      let zigzag = 0n;
      for (const [index, byte] of bytes.entries()) zigzag |= BigInt(byte & 0x7f) << BigInt(7 * index);
      assert.equal((zigzag >> 1n) ^ -(zigzag & 1n), BigInt(value));
    }),
    { examples: [[2 ** 53 - 1], [-(2 ** 53) + 1], [2 ** 52], [-(2 ** 52)]] },
  );
});

test('a varint that does not end, ends too late, or is too large is NaN', () => {
  assert.ok(Number.isNaN(readVarint(over(Buffer.alloc(0)))));
  assert.ok(Number.isNaN(readVarint(over(Buffer.from('ffff', 'hex')))));
  assert.ok(Number.isNaN(readVarint(over(Buffer.from('808080808001', 'hex')))));
  assert.ok(Number.isNaN(readVarlong(over(Buffer.from('8080808080808080808001', 'hex')))));
  // 2^53, and the smallest int64.
  assert.ok(Number.isNaN(readVarlong(over(Buffer.from('8080808080808020', 'hex')))));
  assert.ok(Number.isNaN(readVarlong(over(Buffer.from('ffffffffffffffffff01', 'hex')))));
});
