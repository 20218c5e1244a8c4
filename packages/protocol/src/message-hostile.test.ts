import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ProtocolError } from './protocol-error.ts';
import { Reader } from './reader.ts';
import { loadAllCodecs } from './testing/all-codecs.ts';
import { loadMessageVectors, type MessageVector } from './testing/message-vectors.ts';
import { retainedBytes } from './testing/retained-bytes.ts';

const MUTATION_RUNS = 30_000;
const PREFIXES_PER_VECTOR = 20;

/** No message of any version takes more when decoded: as multiples of its encoded size, and for the smallest ones. */
const RETAINED_FACTOR_MAX = 64;
const RETAINED_BYTES_MIN = 4096;

const vectors = loadMessageVectors();
const codecs = await loadAllCodecs();

test('a message that ends too early is a ProtocolError that names a field', () => {
  for (const vector of vectors) {
    const bytes = Buffer.from(vector.hex, 'hex');
    const step = Math.max(1, Math.floor(bytes.length / PREFIXES_PER_VECTOR));
    for (let length = 0; length < bytes.length; length += step) {
      const error = failureOf(vector, bytes.subarray(0, length));
      assert.ok(error !== undefined, `${vector.message} v${vector.version} decodes from ${length} bytes`);
      assert.ok(error.path.length > 0);
      assert.ok(error.offset <= length);
    }
  }
});

test('a mutated message decodes within bounds or is a ProtocolError', () => {
  const index = fc.integer({ min: 0, max: vectors.length - 1 });
  const mutation = fc.record({
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    remove: fc.integer({ min: 0, max: 2 }),
    insert: fc.array(fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xfe, 0xff), fc.integer({ min: 0, max: 255 })), {
      maxLength: 5,
    }),
  });
  let failures = 0;
  fc.assert(
    fc.property(index, fc.array(mutation, { minLength: 1, maxLength: 4 }), (chosen, mutations) => {
      const vector = vectors[chosen];
      assert.ok(vector !== undefined);
      let bytes = Buffer.from(vector.hex, 'hex');
      for (const { at, remove, insert } of mutations) {
        const start = Math.floor(at * bytes.length);
        bytes = Buffer.concat([bytes.subarray(0, start), Buffer.from(insert), bytes.subarray(start + remove)]);
      }
      if (failureOf(vector, bytes) !== undefined) failures++;
    }),
    { numRuns: MUTATION_RUNS },
  );
  // Else the mutations would miss what they are for.
  assert.ok(failures > MUTATION_RUNS / 4 && failures < MUTATION_RUNS, `${failures} failures`);
});

test('an array that announces more elements than the bytes left can hold is refused where it is announced', () => {
  for (const huge of ['7fffffff', '00ffffff']) {
    // MetadataRequest v1: one array of names.
    const error = failureOf({ message: 'MetadataRequest', version: 1 }, Buffer.from(`${huge}0001`, 'hex'));
    assert.deepEqual([error?.path, error?.offset], ['topics', 4]);
  }
});

/** Decodes, and checks what came out: undefined when it is a message. Any other error is the test's failure. */
function failureOf(vector: Pick<MessageVector, 'message' | 'version'>, bytes: Buffer): ProtocolError | undefined {
  try {
    const value = codecs.get(vector.message)?.codec.decode(new Reader(bytes), vector.version);
    const limit = Math.max(RETAINED_BYTES_MIN, bytes.length * RETAINED_FACTOR_MAX);
    assert.ok(retainedBytes(value) <= limit, `${vector.message} v${vector.version}: ${retainedBytes(value)} bytes`);
    return undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
}
