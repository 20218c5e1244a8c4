import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { ProtocolError } from '@sluice/protocol/protocol-error';
import { loadAllCodecs, type SpecAndCodec } from '@sluice/protocol/testing/all-codecs';
import { arbitraryMessage } from '@sluice/protocol/testing/arbitrary-message';
import { UnsupportedVersionError } from '@sluice/protocol/unsupported-version-error';
import { Writer } from '@sluice/protocol/writer';
import fc from 'fast-check';
import type { GroupRecord } from './group-record.ts';
import { groupRecordSerde } from './group-record-serde.ts';

const { encode, decode } = groupRecordSerde;
const codecs = await loadAllCodecs();

/** The schemas of each type, and the version of the value that Kafka 4.3 writes. */
const TYPES: Record<GroupRecord['type'], { schema: string; version: number }> = {
  'offset-commit': { schema: 'OffsetCommit', version: 4 },
  'group-metadata': { schema: 'GroupMetadata', version: 3 },
  'consumer-group-metadata': { schema: 'ConsumerGroupMetadata', version: 0 },
  'consumer-group-member-metadata': { schema: 'ConsumerGroupMemberMetadata', version: 0 },
  'consumer-group-target-assignment-metadata': { schema: 'ConsumerGroupTargetAssignmentMetadata', version: 0 },
  'consumer-group-target-assignment-member': { schema: 'ConsumerGroupTargetAssignmentMember', version: 0 },
  'consumer-group-current-member-assignment': { schema: 'ConsumerGroupCurrentMemberAssignment', version: 0 },
  'consumer-group-regular-expression': { schema: 'ConsumerGroupRegularExpression', version: 0 },
  'share-group-metadata': { schema: 'ShareGroupMetadata', version: 0 },
  'share-group-member-metadata': { schema: 'ShareGroupMemberMetadata', version: 0 },
  'share-group-target-assignment-metadata': { schema: 'ShareGroupTargetAssignmentMetadata', version: 0 },
  'share-group-target-assignment-member': { schema: 'ShareGroupTargetAssignmentMember', version: 0 },
  'share-group-current-member-assignment': { schema: 'ShareGroupCurrentMemberAssignment', version: 0 },
  'share-group-state-partition-metadata': { schema: 'ShareGroupStatePartitionMetadata', version: 0 },
};

function codecOf(name: string): SpecAndCodec {
  const found = codecs.get(name);
  assert(found !== undefined, name);
  return found;
}

function prefixed(name: string, prefix: number, version: number, value: unknown): Buffer {
  const writer = new Writer();
  writer.int16(prefix);
  codecOf(name).codec.encode(writer, value, version);
  return Buffer.concat(writer.finish());
}

interface Raw {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/** As a Kafka 4.3.1 wrote them: `scripts/kafka/record-consumer-offsets.ts`. */
function recordedByKafka(): Raw[] {
  const lines = readFileSync(new URL('../../fixtures/consumer-offsets.jsonl', import.meta.url), 'utf8').trim();
  return lines.split('\n').map((line) => {
    const { key, value } = JSON.parse(line);
    return { key: Buffer.from(key, 'hex'), value: value === null ? null : Buffer.from(value, 'hex') };
  });
}

describe('records that Kafka 4.3.1 wrote', () => {
  test('are written again to the byte', () => {
    const types = new Set<string>();
    for (const raw of recordedByKafka()) {
      const record = decode(raw.key, raw.value);
      if (record === undefined) continue;
      types.add(record.type);
      assert.deepEqual(encode(record), raw);
    }
    assert.deepEqual([...types].sort(), Object.keys(TYPES).sort());
  });

  test('are all known', () => {
    const unknown = recordedByKafka().filter(({ key, value }) => decode(key, value) === undefined);
    assert.deepEqual(
      unknown.map(({ key }) => key.readInt16BE()),
      [],
    );
  });
});

for (const [type, { schema, version: written }] of Object.entries(TYPES)) {
  const key = codecOf(`${schema}Key`);
  const value = codecOf(`${schema}Value`);
  const apiKey = key.codec.apiKey ?? -1;

  test(`${type}: what is written reads back, in the version that Kafka writes`, () => {
    fc.assert(
      fc.property(arbitraryMessage(key.message, 0), arbitraryMessage(value.message, written), (k, v) => {
        const raw = {
          key: prefixed(`${schema}Key`, apiKey, 0, k),
          value: prefixed(`${schema}Value`, written, written, v),
        };
        const record = decode(raw.key, raw.value);
        assert.deepEqual(record, { type, key: k, value: v });
        assert.deepEqual(encode(record), raw);
      }),
      { numRuns: 100 },
    );
  });

  test(`${type}: every version that Kafka ever wrote is read`, () => {
    for (let version = value.codec.versionMin; version <= value.codec.versionMax; version++) {
      fc.assert(
        fc.property(arbitraryMessage(value.message, version), (v) => {
          const raw = prefixed(`${schema}Value`, version, version, v);
          const record = decode(prefixed(`${schema}Key`, apiKey, 0, keySample(key)), raw);
          assert.deepEqual(record?.value, v);
        }),
        { numRuns: 20 },
      );
    }
  });

  test(`${type}: a tombstone stays one`, () => {
    const bytes = prefixed(`${schema}Key`, apiKey, 0, keySample(key));
    const record = decode(bytes, null);
    assert.deepEqual(record, { type, key: keySample(key), value: null });
    assert.deepEqual(encode(record), { key: bytes, value: null });
  });

  test(`${type}: a version of the future is refused`, () => {
    const bytes = prefixed(`${schema}Key`, apiKey, 0, keySample(key));
    const future = Buffer.alloc(100);
    future.writeInt16BE(value.codec.versionMax + 1);
    assert.throws(() => decode(bytes, future), UnsupportedVersionError);
  });

  test(`${type}: nothing of what is read is a view of the bytes`, () => {
    fc.assert(
      fc.property(arbitraryMessage(value.message, value.codec.versionMax), (v) => {
        const { unknownTaggedFields: _, ...known } = v;
        const bytes = prefixed(`${schema}Value`, value.codec.versionMax, value.codec.versionMax, known);
        const record = decode(prefixed(`${schema}Key`, apiKey, 0, keySample(key)), bytes);
        bytes.fill(0xff);
        assert.deepEqual(record?.value, known);
      }),
      { numRuns: 20 },
    );
  });
}

function keySample({ message }: SpecAndCodec): Record<string, unknown> {
  const [sample] = fc.sample(arbitraryMessage(message, 0), { numRuns: 1, seed: 7 });
  assert(sample !== undefined);
  return sample;
}

describe('an offset commit', () => {
  const key = { group: 'group', topic: 'orders', partition: 3 };
  const value = { offset: 9, leaderEpoch: 2, metadata: 'm', commitTimestamp: 1, topicId: 'AAAAAAAAAAAAAAAAAAAAAQ' };

  test('with an expiry of its own is written in version 1, the last that holds one', () => {
    const { value: bytes } = encode({ type: 'offset-commit', key, value: { ...value, expireTimestamp: 77 } });
    assert.equal(bytes?.readInt16BE(), 1);
    const plain = encode({ type: 'offset-commit', key, value }).value;
    assert.equal(plain?.readInt16BE(), 4);
  });

  test('of Kafka 0.8.2 is read', () => {
    const legacyKey = prefixed('LegacyOffsetCommitKey', 0, 0, key);
    const legacyValue = prefixed('LegacyOffsetCommitValue', 0, 0, { offset: 9, metadata: 'm', commitTimestamp: 1 });
    assert.deepEqual(decode(legacyKey, legacyValue), {
      type: 'offset-commit',
      key,
      value: { ...value, leaderEpoch: -1, expireTimestamp: -1, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' },
    });
    assert.deepEqual(decode(legacyKey, null), { type: 'offset-commit', key, value: null });
  });

  test('of a group whose name is longer than a record can hold is a RangeError', () => {
    const group = 'é'.repeat(20_000);
    assert.throws(() => encode({ type: 'offset-commit', key: { ...key, group }, value }), RangeError);
  });
});

test('a record of a type that is not known is left out, whatever its value', () => {
  for (const type of [-1, 4, 9, 17, 23, 24, 32_767]) {
    const key = Buffer.from([type >> 8, type & 0xff, 1, 2, 3]);
    assert.equal(decode(key, Buffer.from('anything')), undefined);
    assert.equal(decode(key, null), undefined);
  }
});

test('bytes that are no record are refused, not guessed at', () => {
  const samples = recordedByKafka().filter(({ key, value }) => decode(key, value) !== undefined);
  assert.throws(() => decode(Buffer.alloc(0), null), ProtocolError);
  let refused = 0;
  const mutation = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }), cut: fc.boolean() });
  const sample = fc.integer({ min: 0, max: samples.length - 1 });
  fc.assert(
    fc.property(sample, fc.boolean(), fc.array(mutation, { minLength: 1, maxLength: 4 }), (index, ofKey, mutations) => {
      const { key, value } = samples[index] ?? assert.fail();
      const mutated = mutations.reduce(mutate, Buffer.from(ofKey ? key : (value ?? Buffer.alloc(0))));
      try {
        decode(ofKey ? mutated : key, ofKey ? value : mutated);
      } catch (error) {
        refused++;
        assert(error instanceof ProtocolError || error instanceof UnsupportedVersionError, String(error));
      }
    }),
    { numRuns: 5_000 },
  );
  // Else the mutations would miss what they are for.
  assert(refused > 1_000, `${refused} refused`);
});

function mutate(bytes: Buffer, { at, byte, cut }: { at: number; byte: number; cut: boolean }): Buffer {
  const position = bytes.length === 0 ? 0 : at % bytes.length;
  if (cut) return bytes.subarray(0, position);
  const changed = Buffer.from(bytes);
  if (changed.length > 0) changed[position] = byte;
  return changed;
}
