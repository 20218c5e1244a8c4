import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Reader } from './reader.ts';
import { loadAllCodecs } from './testing/all-codecs.ts';
import { arbitraryMessage } from './testing/arbitrary-message.ts';
import { Writer } from './writer.ts';

const RUNS_PER_VERSION = 15;

for (const { message, codec } of (await loadAllCodecs()).values()) {
  test(`${message.name}: what is encoded decodes to the same, in every version`, () => {
    for (let version = codec.versionMin; version <= codec.versionMax; version++) {
      fc.assert(
        fc.property(arbitraryMessage(message, version), (value) => {
          const writer = new Writer(16);
          codec.encode(writer, value, version);
          const encoded = Buffer.concat(writer.finish());
          const reader = new Reader(encoded);
          assert.deepEqual(codec.decode(reader, version), value);
          assert.equal(reader.remaining, 0);
        }),
        { numRuns: RUNS_PER_VERSION },
      );
    }
  });
}
