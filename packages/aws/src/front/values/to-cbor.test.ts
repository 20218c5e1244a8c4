import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readCbor } from '../cbor/read-cbor.ts';
import { TEST_CONTRACT } from '../testing/contract.ts';
import { createCborEncoders } from './to-cbor.ts';

const write = createCborEncoders(TEST_CONTRACT)('PutOutput');
const readBack = (value: unknown) => JSON.parse(JSON.stringify(readCbor(write(value))));

describe('CBOR of what an operation returns', () => {
  it('reads back as it was, whatever the texts are and however long', () => {
    const text = fc.oneof(fc.string({ maxLength: 100 }), fc.string({ unit: 'grapheme', maxLength: 100 }));
    const entry = fc.record({ Key: text, Data: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) });
    const output = fc.record({ Entries: fc.array(entry), Names: fc.array(text), Count: fc.maxSafeInteger() });
    fc.assert(fc.property(output, (value) => assert.deepEqual(readBack(value), JSON.parse(JSON.stringify(value)))));
  });

  it('goes on beyond any buffer', () => {
    const Names = Array.from({ length: 5_000 }, (_, index) => (index % 3 === 0 ? `é${index}` : `plain ${index}`));
    assert.deepEqual(readBack({ Names }), { Names });
  });

  it('leaves out members that are not there', () => {
    assert.deepEqual(readBack({ Ok: true, Names: undefined, Count: null }), { Ok: true });
  });
});
