import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompressionError } from './codec.ts';
import { decompressLz4 } from './lz4.ts';
import { xxhash32 } from './xxhash32.ts';

/** A frame of 64 KiB blocks by hand; a block is hex of LZ4, or plain text to store. */
function frame(flags: number, blocks: readonly ({ lz4: string } | { stored: string })[], contentSizeBytes?: number) {
  const descriptor = [flags, 0x40];
  if (contentSizeBytes !== undefined) descriptor.push(...Buffer.alloc(8).fill(contentSizeBytes, 0, 1));
  const parts = [Buffer.from('04224d18', 'hex'), Buffer.from(descriptor)];
  parts.push(Buffer.from([(xxhash32(Buffer.from(descriptor)) >>> 8) & 0xff]));
  for (const block of blocks) {
    const data = 'lz4' in block ? Buffer.from(block.lz4, 'hex') : Buffer.from(block.stored);
    const length = Buffer.alloc(4);
    length.writeUInt32LE('lz4' in block ? data.length : data.length + 0x80000000);
    parts.push(length, data);
  }
  parts.push(Buffer.alloc(4));
  return Buffer.concat(parts);
}

const INDEPENDENT = 0x60;
const LINKED = 0x40;
/** No literals, a match of 8 bytes 8 back; then the literal "!". */
const MATCH_8_BACK = '0408001021';

function isCorrupt(error: unknown): boolean {
  return error instanceof CompressionError && error.tag === 'corrupt';
}

test('XXH32 has its known values', () => {
  assert.equal(xxhash32(Buffer.alloc(0)), 0x02cc5d05);
  assert.equal(xxhash32(Buffer.from('abc')), 0x32d153ff);
  assert.equal(xxhash32(Buffer.from('Nobody inspects the spammish repetition')), 0xe2293b2f);
});

test('linked blocks reach back into those before, stored ones too; independent ones may not', () => {
  const blocks = [{ stored: 'ABCDEFGH' }, { lz4: MATCH_8_BACK }];
  assert.equal(decompressLz4(frame(LINKED, blocks), 100).toString(), 'ABCDEFGHABCDEFGH!');
  assert.throws(() => decompressLz4(frame(INDEPENDENT, blocks), 100), isCorrupt);
});

test('a match that overlaps itself repeats', () => {
  // The literals "ab", a match of 4 + 15 + 31 bytes 2 back, then the literal "!".
  const long = frame(INDEPENDENT, [{ lz4: '2f616202001f1021' }]);
  assert.equal(decompressLz4(long, 100).toString(), `${'ab'.repeat(26)}!`);
});

test('a content size that is announced must be met', () => {
  const flags = INDEPENDENT | 0x08;
  assert.equal(decompressLz4(frame(flags, [{ stored: 'four' }], 4), 100).toString(), 'four');
  assert.throws(() => decompressLz4(frame(flags, [{ stored: 'four' }], 5), 100), isCorrupt);
});

test('dictionaries, reserved flags, other versions and block sizes are refused', () => {
  for (const flags of [INDEPENDENT | 0x01, INDEPENDENT | 0x02, 0x20, 0xa0]) {
    assert.throws(() => decompressLz4(frame(flags, [{ stored: 'x' }]), 100), isCorrupt, `flags ${flags}`);
  }
});

test('a match before the start, a distance of 0, and a block that ends within a sequence are corrupt', () => {
  const cases = {
    'a match before the start': '0401001021',
    'a distance of 0': '1061000010',
    'a literal that is missing': '10',
    'a literal length that does not end': 'f0ff',
    'half a distance': '106101',
    'a match length that does not end': '1f610100ff',
  };
  for (const [name, lz4] of Object.entries(cases)) {
    assert.throws(() => decompressLz4(frame(INDEPENDENT, [{ lz4 }]), 100_000), isCorrupt, name);
  }
});
