import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { compressFrameSync } from 'lz4-napi';
import snappyLibrary from 'snappy';
import { CODECS, type Codec, CompressionError, type CompressionErrorTag, isLevelOf, LEVELS } from './codec.ts';
import { compress, decompress } from './registry.ts';
import { ZSTD_FRAMES_MAX } from './zstd.ts';

const COMPRESSING = CODECS.filter((codec) => codec !== 'none');
const LIMIT = 1 << 20;

function throwsTagged(action: () => unknown, tag: CompressionErrorTag, message?: string): void {
  assert.throws(action, (error) => error instanceof CompressionError && error.tag === tag, message);
}

/** Text that compresses, with repeats near and far. */
const compressible = fc
  .array(fc.constantFrom('order', 'created', '0', 'customer-42', ',', '"name":', ' '), { maxLength: 400 })
  .chain((words) => fc.nat({ max: 300 }).map((times) => Buffer.from(words.join('').repeat(times).slice(0, 300_000))));
const content = fc.oneof(
  compressible,
  fc.uint8Array({ maxLength: 5000 }).map((bytes) => Buffer.from(bytes)),
);

for (const codec of CODECS) {
  test(`${codec}: what was compressed comes back`, () => {
    fc.assert(
      fc.property(content, (plain) => {
        const packed = compress(codec, plain);
        assert.ok(decompress(codec, packed, LIMIT).equals(plain));
      }),
      {
        numRuns: 60,
        examples: [[Buffer.alloc(0)], [Buffer.alloc(1)], [Buffer.alloc(65_536, 7)], [Buffer.alloc(65_537)]],
      },
    );
  });

  test(`${codec}: the limit is the largest size that comes back`, () => {
    const plain = Buffer.alloc(70_000, 'some text ');
    const packed = compress(codec, plain);
    assert.equal(decompress(codec, packed, plain.length).length, plain.length);
    throwsTagged(() => decompress(codec, packed, plain.length - 1), 'too-large');
    throwsTagged(() => decompress(codec, packed, 1), 'too-large');
  });
}

for (const codec of COMPRESSING) {
  test(`${codec}: changed, cut or random bytes give content within the limit or one kind of error`, () => {
    const mutation = fc.record({
      at: fc.nat(),
      bits: fc.integer({ min: 1, max: 255 }),
      cut: fc.option(fc.nat()),
    });
    fc.assert(
      fc.property(compressible, fc.array(mutation, { minLength: 1, maxLength: 4 }), (plain, mutations) => {
        let packed = Buffer.from(compress(codec, plain));
        for (const { at, bits, cut } of mutations) {
          const index = at % packed.length;
          packed.writeUInt8(packed.readUInt8(index) ^ bits, index);
          if (cut !== null) packed = packed.subarray(0, 1 + (cut % packed.length));
        }
        unpackSafely(codec, packed);
      }),
      { numRuns: 150 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        unpackSafely(codec, Buffer.from(bytes));
      }),
    );
  });

  test(`${codec}: every cut of a stream is an error or, where a stream may end, a prefix`, () => {
    const plain = Buffer.from('a value, and again a value, and again a value');
    const packed = compress(codec, plain);
    for (let size = 0; size < packed.length; size++) {
      const result = unpackSafely(codec, packed.subarray(0, size));
      if (result !== undefined)
        assert.ok(plain.subarray(0, result.length).equals(result) && result.length < plain.length);
    }
  });
}

function unpackSafely(codec: Codec, packed: Buffer): Buffer | undefined {
  const limit = 400_000;
  try {
    const plain = decompress(codec, packed, limit);
    assert.ok(plain.length <= limit);
    return plain;
  } catch (error) {
    if (!(error instanceof CompressionError)) throw error;
    return undefined;
  }
}

test('a bomb of each codec stops at the limit', () => {
  const plain = Buffer.alloc(32 << 20);
  for (const codec of COMPRESSING) {
    const packed = compress(codec, plain);
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().external;
    throwsTagged(() => decompress(codec, packed, LIMIT), 'too-large', codec);
    const grown = process.memoryUsage().arrayBuffers + process.memoryUsage().external - before;
    assert.ok(grown < 16 * LIMIT + 4 * packed.length, `${codec}: ${grown} bytes more in use`);
  }
});

test("levels are Kafka's, and others are refused", () => {
  const plain = Buffer.from('level level level level');
  for (const [codec, levels, wrong] of [
    ['gzip', [-1, 1, 9], [0, 10, -2, 1.5]],
    ['lz4', [1, 9, 17], [0, 18]],
    ['zstd', [-131072, -5, 3, 22], [-131073, 23]],
  ] as const) {
    for (const level of levels) {
      assert.ok(isLevelOf(codec, level));
      assert.ok(decompress(codec, compress(codec, plain, level), LIMIT).equals(plain));
    }
    for (const level of wrong) {
      assert.ok(!isLevelOf(codec, level));
      throwsTagged(() => compress(codec, plain, level), 'bad-level');
    }
  }
  assert.ok(!isLevelOf('snappy', 1) && !isLevelOf('none', 1));
  assert.deepEqual(Object.keys(LEVELS), ['gzip', 'lz4', 'zstd']);
});

test('a higher level of gzip and zstd compresses more', () => {
  const plain = Buffer.from(Array.from({ length: 20_000 }, (_, index) => `${(index * 7919) % 613},`).join(''));
  assert.ok(compress('gzip', plain, 9).length < compress('gzip', plain, 1).length);
  assert.ok(compress('zstd', plain, 19).length < compress('zstd', plain, -20).length);
});

test('snappy: a raw block, as librdkafka sends it, and concatenated xerial streams are read', () => {
  const plain = Buffer.alloc(100_000, 'raw snappy ');
  assert.ok(decompress('snappy', snappyLibrary.compressSync(plain), LIMIT).equals(plain));
  const stream = compress('snappy', Buffer.from('one'));
  assert.equal(decompress('snappy', Buffer.concat([stream, stream]), LIMIT).toString(), 'oneone');
});

test('snappy: a length that the bytes cannot hold is refused before anything is allocated', () => {
  // 0xffffffff, then a literal.
  throwsTagged(() => decompress('snappy', Buffer.from('ffffffff0f0061', 'hex'), 2 ** 40), 'corrupt');
  throwsTagged(() => decompress('snappy', Buffer.from('ffffffffffffff', 'hex'), LIMIT), 'corrupt');
  throwsTagged(() => decompress('snappy', Buffer.alloc(0), LIMIT), 'corrupt');
});

test('gzip and zstd: several members or frames are one content', () => {
  const plain = Buffer.from('member ');
  const twice = 'member member ';
  assert.equal(decompress('gzip', Buffer.concat([gzipSync(plain), gzipSync(plain)]), LIMIT).toString(), twice);
  assert.equal(
    decompress('zstd', Buffer.concat([zstdCompressSync(plain), zstdCompressSync(plain)]), LIMIT).toString(),
    twice,
  );
});

test('zstd: skippable frames are skipped, empty frames add nothing, other bytes behind a frame are corrupt', () => {
  const frame = zstdCompressSync(Buffer.from('content'));
  const skippable = Buffer.from('5a2a4d1803000000010203', 'hex');
  const empty = zstdCompressSync(Buffer.alloc(0));
  assert.equal(decompress('zstd', Buffer.concat([skippable, frame, empty]), 7).toString(), 'content');
  throwsTagged(() => decompress('zstd', Buffer.concat([frame, frame]), 7), 'too-large');
  throwsTagged(() => decompress('zstd', Buffer.concat([frame, Buffer.alloc(9)]), LIMIT), 'corrupt');
});

test('zstd: only so many frames are read', () => {
  const frames = (count: number) =>
    Buffer.concat(Array.from({ length: count }, () => zstdCompressSync(Buffer.from('f'))));
  assert.equal(decompress('zstd', frames(ZSTD_FRAMES_MAX), LIMIT).length, ZSTD_FRAMES_MAX);
  throwsTagged(() => decompress('zstd', frames(ZSTD_FRAMES_MAX + 1), LIMIT), 'corrupt');
});

test('zstd: a frame without its content size and with a checksum is read', () => {
  const plain = Buffer.alloc(300_000, 'streamed ');
  const packed = zstdCompressSync(plain, {
    params: { [constants.ZSTD_c_contentSizeFlag]: 0, [constants.ZSTD_c_checksumFlag]: 1 },
  });
  assert.ok(decompress('zstd', packed, LIMIT).equals(plain));
});

test('lz4: frames of another writer, with and without checksums, in every size of block, are read', () => {
  for (const size of [0, 1, 60_000, 200_000, 1_000_000]) {
    const plain = Buffer.alloc(size, 'another writer ');
    for (const options of [undefined, { contentChecksum: true }, { contentChecksum: true, blockChecksums: true }]) {
      assert.ok(decompress('lz4', compressFrameSync(plain, options), LIMIT).equals(plain));
    }
  }
});

test('lz4: a wrong checksum of header, block or content is corrupt', () => {
  const frame = compressFrameSync(Buffer.alloc(1000, 'checked '), { contentChecksum: true, blockChecksums: true });
  const blockChecksumAt = 7 + 4 + frame.readUInt32LE(7);
  for (const at of [6, blockChecksumAt, frame.length - 1]) {
    const changed = Buffer.from(frame);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    throwsTagged(() => decompress('lz4', changed, LIMIT), 'corrupt', `byte ${at}`);
  }
});
