import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { TEST_CONTRACT } from '../testing/contract.ts';
import { createJsonEncoders } from './to-json.ts';

const write = createJsonEncoders(TEST_CONTRACT)('PutOutput');

const entry = fc.record({
  Key: fc.string({ unit: 'binary' }),
  Data: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const output = fc.record({
  Entries: optional(fc.array(entry)),
  At: optional(fc.integer()),
  Count: optional(fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }))),
  Names: optional(fc.array(fc.string({ unit: 'grapheme' }))),
  Ok: optional(fc.boolean()),
  Tags: optional(fc.dictionary(fc.string({ unit: 'binary' }), fc.string(), { noNullPrototype: true })),
});

describe('JSON of what an operation returns', () => {
  it('is what JSON.stringify would say', () => {
    fc.assert(
      fc.property(output, (value) => {
        const { Entries, At, Count, Names, Ok, Tags } = value;
        const expected = {
          Entries: Entries?.map(({ Key, Data }) => ({ Key, Data: Data.toString('base64') })),
          At: At === undefined ? undefined : At / 1000,
          Count,
          Names,
          Ok,
          Tags,
        };
        const text = write(value).toString();
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(expected)));
      }),
      { numRuns: 500 },
    );
  });

  it('goes on beyond any buffer, with plain and other text in turns', () => {
    const Names = Array.from({ length: 5_000 }, (_, index) => (index % 3 === 0 ? `é"\n${index}` : `plain ${index}`));
    const Entries = [{ Key: 'k', Data: Buffer.alloc(100_000, 1) }];
    const told = JSON.parse(write({ Names, Entries }).toString());
    assert.deepEqual(told.Names, Names);
    assert.equal(told.Entries[0].Data, Entries[0]?.Data.toString('base64'));
  });

  it('leaves out what is not there, and says empty what is empty', () => {
    assert.equal(write({}).toString(), '{}');
    assert.equal(
      write({ Entries: [], Tags: {}, Names: undefined, Count: null }).toString(),
      '{"Entries":[],"Tags":{}}',
    );
  });
});
