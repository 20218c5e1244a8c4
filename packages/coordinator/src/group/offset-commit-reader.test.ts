import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offsetCommitKeyCodec } from '@sluice/protocol/generated/records/group/offset-commit-key';
import { offsetCommitValueCodec } from '@sluice/protocol/generated/records/group/offset-commit-value';
import { Reader } from '@sluice/protocol/reader';
import fc from 'fast-check';
import { createOffsetCommitBytes } from './offset-commit-bytes.ts';
import { createOffsetCommitReader } from './offset-commit-reader.ts';

const text = fc.constantFrom('', 'a', 'orders', 'payments', 'é語');
const key = fc.record({ group: text, topic: text, partition: fc.oneof(fc.nat(20), fc.integer()) });
const value = fc.record({
  offset: fc.maxSafeInteger(),
  leaderEpoch: fc.integer(),
  metadata: fc.constantFrom('', '', '', 'note'),
  commitTimestamp: fc.maxSafeInteger(),
  expireTimestamp: fc.constantFrom(-1, -1, 77),
  topicId: fc.constantFrom('AAAAAAAAAAAAAAAAAAAAAA', 'AAAAAAAAAAAAAAAAAAAAAQ', '01x4AbnHQyOuh3Z87punlQ'),
});
const change = fc.option(fc.record({ at: fc.nat(60), byte: fc.integer({ min: 0, max: 255 }) }), { freq: 2 });

test('records read as the codecs read them, whatever came before and whatever a byte is changed to', () => {
  let failures = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(key, value, change, change), { maxLength: 20 }), (commits) => {
      const writer = createOffsetCommitBytes();
      const reader = createOffsetCommitReader();
      for (const [k, v, ofKey, ofValue] of commits) {
        const keyBytes = changed(writer.key(k), ofKey);
        const valueBytes = changed(writer.value(v), ofValue);
        const expectedKey = outcome(() => decode(keyBytes, 0));
        assert.deepEqual(
          outcome(() => reader.key(keyBytes)),
          expectedKey,
        );
        assert.deepEqual(
          outcome(() => reader.value(valueBytes)),
          outcome(() => decodeValue(valueBytes)),
        );
        if (expectedKey instanceof Error) failures++;
      }
    }),
    { numRuns: 1_000 },
  );
  assert(failures > 0, 'the changes break some');
});

test('what records have in common is shared, not made again', () => {
  const writer = createOffsetCommitBytes();
  const reader = createOffsetCommitReader();
  const keys = [1, 2].map((partition) => reader.key(writer.key({ group: 'group', topic: 'orders', partition })));
  assert.deepEqual(keys, [
    { group: 'group', topic: 'orders', partition: 1 },
    { group: 'group', topic: 'orders', partition: 2 },
  ]);
});

test('a read record does not change when its bytes do, nor does the next', () => {
  const writer = createOffsetCommitBytes();
  const reader = createOffsetCommitReader();
  const topicId = '01x4AbnHQyOuh3Z87punlQ';
  const read = () => {
    const keyBytes = Buffer.from(writer.key({ group: 'group', topic: 'orders', partition: 1 }));
    const valueBytes = Buffer.from(writer.value({ offset: 1, metadata: '', commitTimestamp: 1, topicId }));
    const result = [reader.key(keyBytes), reader.value(valueBytes)];
    keyBytes.fill(0xff);
    valueBytes.fill(0xff);
    return structuredClone(result);
  };
  assert.deepEqual(read(), read());
});

function changed(bytes: Buffer, by: { at: number; byte: number } | null): Buffer {
  const copy = Buffer.from(bytes);
  if (by !== null && by.at < copy.length) copy[by.at] = by.byte;
  return by !== null && by.at % 7 === 6 ? copy.subarray(0, by.at) : copy;
}

function decode(bytes: Buffer, version: number) {
  const reader = new Reader(bytes, { utf8Lenient: true });
  reader.int16('type');
  return offsetCommitKeyCodec.decode(reader, version);
}

function decodeValue(bytes: Buffer) {
  const reader = new Reader(bytes, { utf8Lenient: true });
  return offsetCommitValueCodec.decode(reader, reader.int16('version'));
}

/** What came of it; errors of the input are outcomes too. */
function outcome<T>(read: () => T): T | Error {
  try {
    return read();
  } catch (error) {
    assert(error instanceof Error);
    return error;
  }
}
