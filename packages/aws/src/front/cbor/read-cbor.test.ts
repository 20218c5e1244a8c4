import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readCbor } from './read-cbor.ts';

const read = (hex: string): unknown => readCbor(Buffer.from(hex, 'hex'));

describe('reading CBOR', () => {
  // RFC 8949, appendix A.
  const examples: readonly [string, unknown][] = [
    ['00', 0],
    ['17', 23],
    ['1818', 24],
    ['1903e8', 1000],
    ['1a000f4240', 1_000_000],
    ['1b000000e8d4a51000', 1_000_000_000_000],
    ['3863', -100],
    ['f90001', 2 ** -24],
    ['f93c00', 1],
    ['f97bff', 65504],
    ['f9c400', -4],
    ['fa47c35000', 100000],
    ['fb3ff199999999999a', 1.1],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['c11a514b67b0', 1363896240],
    ['60', ''],
    ['62c3bc', 'ü'],
    ['80', []],
    ['8301820203820405', [1, [2, 3], [4, 5]]],
    ['7f657374726561646d696e67ff', 'streaming'],
    ['9fff', []],
    ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
  ];
  for (const [hex, value] of examples) it(`reads ${hex}`, () => assert.deepEqual(read(hex), value));

  it('reads structures, also such without a length', () => {
    assert.deepEqual({ ...(read('a26161016162820203') as object) }, { a: 1, b: [2, 3] });
    assert.deepEqual({ ...(read('bf61610161629f0203ffff') as object) }, { a: 1, b: [2, 3] });
  });

  it('reads bytes as a view, and those in chunks joined', () => {
    assert.deepEqual(read('4401020304'), Buffer.of(1, 2, 3, 4));
    assert.deepEqual(read('5f42010243030405ff'), Buffer.of(1, 2, 3, 4, 5));
  });

  it('lets no key become a prototype', () => {
    const value = read('a1695f5f70726f746f5f5fa1616101') as Record<string, unknown>;
    assert.equal(Object.getPrototypeOf(value), null);
    assert.deepEqual(Object.keys(value), ['__proto__']);
  });

  const broken = [
    '',
    '18',
    '1a0000',
    '62c3',
    '9a7fffffff',
    'ba7fffffff',
    '5b001fffffffffffff',
    '9f01',
    'ff',
    '1c',
    'fc',
    '0101',
    'a10101',
    '7f4101ff',
    '1bffffffffffffffff',
    'c1',
  ];
  for (const hex of broken) {
    it(`refuses "${hex}"`, () => assert.throws(() => read(hex), { type: 'SerializationException', status: 400 }));
  }

  it('refuses what is nested deeper than the limit, not what is at it', () => {
    const nested = (depth: number) => `${'81'.repeat(depth)}00`;
    read(nested(64));
    assert.throws(() => read(nested(65)), { type: 'SerializationException' });
    assert.throws(() => read('81'.repeat(1_000_000)), { type: 'SerializationException' });
    assert.throws(() => read('c1'.repeat(1_000_000)), { type: 'SerializationException' });
  });

  it('refuses more values than the limit, not as many as it is', () => {
    for (const [head, item] of [
      ['9f', '00'],
      ['9f', '80'],
      ['9f', 'a0'],
      ['7f', '60'],
    ] as const) {
      // The list or the string is a value itself.
      const holding = (count: number) => `${head}${item.repeat(count - 1)}ff`;
      read(holding(100_000));
      assert.throws(() => read(holding(100_001)), { type: 'SerializationException' });
    }
  });

  it('reads or refuses whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        try {
          readCbor(Buffer.from(bytes));
        } catch (error) {
          assert.equal((error as { type?: string }).type, 'SerializationException');
        }
      }),
      { numRuns: 2000 },
    );
  });
});
