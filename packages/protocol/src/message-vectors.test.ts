import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type FieldSpec,
  type FieldType,
  type MessageSpec,
  type StructSpec,
  structNamed,
} from '../../../scripts/generate/spec.ts';
import { Reader } from './reader.ts';
import { loadAllCodecs } from './testing/all-codecs.ts';
import { loadMessageVectors } from './testing/message-vectors.ts';
import { defaultValue } from './testing/spec-defaults.ts';
import { Writer } from './writer.ts';

const VECTOR_COUNT = 2736;
const vectors = loadMessageVectors();
const codecs = await loadAllCodecs();

test('every vector decodes to the values that Kafka wrote', () => {
  assert.equal(vectors.length, VECTOR_COUNT);
  for (const { message: name, version, json, hex } of vectors) {
    const { message, codec } = codecOf(name);
    const reader = new Reader(Buffer.from(hex, 'hex'));
    const value = codec.decode(reader, version);
    assert.equal(reader.remaining, 0, `${name} v${version}: bytes left over`);
    const root = structNamed(message, name);
    const actual = mapFields(message, root, value, toJson);
    // What Kafka left out is absent from the version or at its default.
    const expected = mapFields(message, root, json, (field, given) => {
      if (given === undefined) return mapType(message, field.type, defaultValue(message, field), field, toJson);
      return isRecords(field) && given !== null ? SOME_RECORDS : given;
    });
    assert.deepEqual(actual, expected, `${name} v${version}`);
  }
});

test('every vector encodes to the bytes that Kafka wrote', () => {
  for (const { message: name, version, hex } of vectors) {
    const { codec } = codecOf(name);
    const writer = new Writer(16);
    codec.encode(writer, codec.decode(new Reader(Buffer.from(hex, 'hex')), version), version);
    assert.equal(writer.sizeBytes, hex.length / 2);
    assert.equal(Buffer.concat(writer.finish()).toString('hex'), hex, `${name} v${version}`);
  }
});

test('every vector without records encodes from its JSON alone, where fields at their default may be absent', () => {
  let count = 0;
  for (const { message: name, version, json, hex } of vectors) {
    const { message, codec } = codecOf(name);
    let hasRecords = false;
    const value = mapFields(message, structNamed(message, name), json, (field, given) => {
      hasRecords ||= isRecords(field) && given !== null && given !== undefined;
      if (given !== undefined) return fromJson(field, given);
      // Of a tagged field that can be null without null being its default, the codec wants to be told.
      const isRequired = field.tag !== undefined && field.nullable !== undefined && field.explicitDefault === undefined;
      return isRequired ? defaultValue(message, field) : undefined;
    });
    if (hasRecords) continue;
    const writer = new Writer();
    codec.encode(writer, value, version);
    assert.equal(Buffer.concat(writer.finish()).toString('hex'), hex, `${name} v${version}`);
    count++;
  }
  assert.ok(count > VECTOR_COUNT * 0.9);
});

/** The vectors' JSON says of records only whether they are null: their bytes are in the encoded form. */
const SOME_RECORDS = '(records)';

type Leaf = (field: FieldSpec, value: unknown) => unknown;

/** Kafka's JSON has bytes in base64. The vectors' hashes are within what its numbers hold. */
function toJson(field: FieldSpec, value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (!Buffer.isBuffer(value)) return value;
  return isRecords(field) ? SOME_RECORDS : value.toString('base64');
}

function fromJson(field: FieldSpec, given: unknown): unknown {
  if (typeof given === 'string' && isBytes(field)) return Buffer.from(given, 'base64');
  return typeof given === 'number' && isHash(field) ? BigInt(given) : given;
}

/** `value` with its fields' values, and those of the structs in it, put through `leaf`: absent ones are undefined. */
function mapFields(message: MessageSpec, struct: StructSpec, value: unknown, leaf: Leaf): unknown {
  assert.ok(isObject(value));
  const known = new Set(struct.fields.map(({ name }) => name));
  for (const name of Object.keys(value)) assert.ok(known.has(name), `${struct.name}.${name} is not in the definition`);
  const fields = struct.fields.map((field) => [
    field.name,
    mapType(message, field.type, value[field.name], field, leaf),
  ]);
  return Object.fromEntries(fields);
}

function mapType(message: MessageSpec, type: FieldType, value: unknown, field: FieldSpec, leaf: Leaf): unknown {
  if (type.kind === 'array' && Array.isArray(value)) {
    return value.map((item) => mapType(message, type.element, item, field, leaf));
  }
  if (type.kind === 'struct' && isObject(value))
    return mapFields(message, structNamed(message, type.name), value, leaf);
  return leaf(field, value);
}

function isRecords({ type }: FieldSpec): boolean {
  return type.kind === 'primitive' && type.name === 'records';
}

function isHash({ type }: FieldSpec): boolean {
  return type.kind === 'primitive' && type.name === 'hash64';
}

function isBytes({ type }: FieldSpec): boolean {
  const element = type.kind === 'array' ? type.element : type;
  return element.kind === 'primitive' && element.name === 'bytes';
}

function codecOf(name: string) {
  const found = codecs.get(name);
  assert.ok(found !== undefined, `no codec for ${name}`);
  return found;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
