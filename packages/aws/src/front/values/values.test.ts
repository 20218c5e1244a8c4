import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cborProtocol } from '../protocols/cbor.ts';
import { jsonProtocol } from '../protocols/json.ts';
import { TEST_CONTRACT } from '../testing/contract.ts';
import { isBeyond } from './json-bounds.ts';

const text = fc.string({ unit: 'binary', maxLength: 40 });
const entry = fc.record(
  { Key: text, Data: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)), Hash: text },
  { requiredKeys: ['Key'] },
);
const output = fc.record(
  {
    Entries: fc.array(entry, { maxLength: 30 }),
    At: fc.integer({ min: 0, max: 4_000_000_000_000 }),
    Count: fc.maxSafeInteger(),
    Names: fc.array(text),
    Ok: fc.boolean(),
    Tags: fc.dictionary(text, text),
  },
  { requiredKeys: [] },
);

describe('values on the wire', () => {
  for (const [name, protocol] of [
    ['JSON', jsonProtocol],
    ['CBOR', cborProtocol],
  ] as const) {
    it(`come back from ${name} as they were`, () => {
      const codec = protocol.codec(TEST_CONTRACT);
      fc.assert(
        fc.property(output, (value) => {
          const read = codec.read('PutOutput')(protocol.parse(codec.write('PutOutput')(value)));
          assert.deepEqual(structuredClone(read), structuredClone(value));
        }),
      );
    });

    it(`in ${name} leave out what the model does not know, and nulls`, () => {
      const codec = protocol.codec(TEST_CONTRACT);
      const parsed = { Key: 'k', Unknown: [{}], Hash: null, __proto__: { Hash: 'x' } };
      assert.deepEqual(codec.read('Entry')(parsed), { Key: 'k' });
    });

    const wrong: readonly [string, unknown, string][] = [
      ['Name', 23, 'class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String'],
      ['Name', true, 'class java.lang.Boolean can not be converted to an String'],
      ['Name', [], 'Start of list found where not expected'],
      ['Name', {}, 'Start of structure or map found where not expected.'],
      ['Limit', '23', 'class java.lang.String can not be converted to an Integer'],
      ['Boolean', 'yes', "'YES' can not be converted to an Boolean"],
      ['Timestamp', '23', 'class java.lang.String can not be converted to milliseconds since epoch'],
      ['Data', 1, 'class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to a Blob'],
      ['Entries', '23', 'Expected list or null'],
      ['Entries', {}, 'Start of structure or map found where not expected.'],
      ['Tags', 1, 'Expected map or null'],
      ['Tags', [], 'Start of list found where not expected'],
      ['Entry', 'x', 'Expected null'],
      ['Entry', [], 'Start of list found where not expected'],
    ];
    for (const [shape, value, message] of wrong) {
      it(`in ${name} are refused as the service does: ${shape} ${JSON.stringify(value)}`, () => {
        const read = protocol.codec(TEST_CONTRACT).read(shape);
        assert.throws(() => read(value), { type: 'SerializationException', status: 400, message });
      });
    }
  }

  it('are base64 or refused', () => {
    const read = jsonProtocol.codec(TEST_CONTRACT).read('Data');
    assert.deepEqual(read('AAEC'), Buffer.of(0, 1, 2));
    assert.deepEqual(read(''), Buffer.alloc(0));
    assert.throws(() => read('AAE'), { message: /expected a multiple of 4 bytes but found: 3$/ });
    assert.throws(() => read('AA!='), { message: /Invalid Base64 character: '!'$/ });
    assert.throws(() => read('A==='), { type: 'SerializationException' });
  });

  it('are cut to what fits an integer', () => {
    const read = jsonProtocol.codec(TEST_CONTRACT).read('Limit');
    assert.equal(read(2 ** 40), 2 ** 31 - 1);
    assert.equal(read(-(2 ** 40)), -(2 ** 31));
    assert.equal(read(3.9), 3);
  });
});

const DEPTH = { depthMax: 4, valuesMax: 100 };

describe('JSON of many values', () => {
  it('is noticed one past the limit, and not in strings', () => {
    const three = { depthMax: 4, valuesMax: 3 };
    for (const text of ['[1]', '[[]]', '[",,,,[[["]', '{"a":1}']) assert.equal(isBeyond(text, three), false, text);
    for (const text of ['[1,2,3]', '[[],[]]', '{"a":{"b":{"c":{}}}}']) assert.equal(isBeyond(text, three), true, text);
  });

  it('is refused before anything is built of it', () => {
    const many = (count: number) => Buffer.from(`[${Array.from({ length: count }, () => '1').join()}]`);
    assert.equal((jsonProtocol.parse(many(50_000)) as unknown[]).length, 50_000);
    assert.throws(() => jsonProtocol.parse(many(100_000)), { type: 'SerializationException' });
    assert.throws(() => jsonProtocol.parse(Buffer.from(`[${'{},'.repeat(5_000_000)}0]`)), {
      type: 'SerializationException',
    });
  });
});

describe('deep JSON', () => {
  it('is noticed one past the limit, and not in strings', () => {
    assert.equal(isBeyond('[[{"a":[]}]]', DEPTH), false);
    assert.equal(isBeyond('[[{"a":[[]]}]]', DEPTH), true);
    assert.equal(isBeyond('["[[[[[[", "\\"[[[[[[", "\\\\", "[[[["]', DEPTH), false);
    assert.equal(isBeyond('"[[[[[[', DEPTH), false);
  });

  it('is refused before anything is built of it', () => {
    const deep = Buffer.from('['.repeat(5_000_000) + ']'.repeat(5_000_000));
    assert.throws(() => jsonProtocol.parse(deep), { type: 'SerializationException' });
  });
});
