import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { crc32c, crc32cByTable, crc32cOfAll } from './crc32c.ts';

test('the check value of CRC-32C', () => {
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
  assert.equal(crc32c(Buffer.alloc(0)), 0);
  // RFC 3720, B.4: 32 bytes of zeros, and of ones.
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
  assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43);
});

test('table and native code agree on every side of the size that chooses between them', () => {
  const bytes = Buffer.from(Array.from({ length: 1200 }, (_, index) => (index * 131 + 7) & 0xff));
  for (const size of [0, 1, 7, 8, 9, 255, 256, 257, 1000]) {
    assert.equal(crc32c(bytes, 13, 13 + size), crc32cByTable(bytes, 13, 13 + size), `${size} bytes`);
  }
});

test('a CRC over several buffers is the CRC of the joined bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 5 }), (parts) => {
      const buffers = parts.map((part) => Buffer.from(part));
      assert.equal(crc32cOfAll(buffers), crc32c(Buffer.concat(buffers)));
    }),
  );
});
