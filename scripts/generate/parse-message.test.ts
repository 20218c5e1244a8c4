import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultOf } from './defaults.ts';
import { kebab } from './naming.ts';
import { parseMessage, type RawMessage } from './parse-message.ts';

function parse(message: Partial<RawMessage>) {
  const parsed = parseMessage({ type: 'data', name: 'Thing', validVersions: '1-5', ...message }, 'messages');
  assert.ok(parsed !== undefined);
  return parsed;
}

test('a message without versions is left out', () => {
  assert.equal(parseMessage({ type: 'request', name: 'Gone', validVersions: 'none' }, 'messages'), undefined);
});

test('fields and structs that only invalid versions have are left out', () => {
  const { structs } = parse({
    fields: [
      { name: 'Old', type: 'OldStruct', versions: '0', fields: [{ name: 'A', type: 'int8', versions: '0' }] },
      { name: 'New', type: 'int8', versions: '0+' },
    ],
  });
  assert.deepEqual(
    structs.map(({ name, fields }) => [name, fields.map((field) => field.name)]),
    [['Thing', ['new']]],
  );
});

test('a struct has the versions of all the fields that use it', () => {
  const { structs } = parse({
    fields: [
      { name: 'First', type: 'Part', versions: '2-3' },
      { name: 'Second', type: '[]Part', versions: '4' },
    ],
    commonStructs: [{ name: 'Part', fields: [{ name: 'A', type: 'int8', versions: '0+' }] }],
  });
  assert.deepEqual(structs[1]?.versions, { min: 2, max: 4 });
});

test('structs that are missing or defined twice are errors', () => {
  assert.throws(() => parse({ fields: [{ name: 'A', type: 'Missing', versions: '1+' }] }), /no struct Missing/);
  const twice = { type: 'Twice', versions: '1+', fields: [] };
  assert.throws(
    () =>
      parse({
        fields: [
          { ...twice, name: 'A' },
          { ...twice, name: 'B' },
        ],
      }),
    /struct Twice is defined twice/,
  );
});

test("defaults are Kafka's: JSON's null is none, the word null is null", () => {
  const fieldWith = (type: string, given: string | number | null | undefined) => {
    const field = parse({ fields: [{ name: 'A', type, versions: '1+', default: given }] }).structs[0]?.fields[0];
    assert.ok(field !== undefined);
    return defaultOf(field);
  };
  assert.equal(fieldWith('[]int32', null), '[]');
  assert.equal(fieldWith('[]int32', 'null'), 'null');
  assert.equal(fieldWith('int32', '0x7fffffff'), '0x7fffffff');
  assert.equal(fieldWith('int32', -1), '-1');
  assert.equal(fieldWith('int64', '9223372036854775807'), 'INT64_MAX');
  assert.equal(fieldWith('string', undefined), "''");
  assert.equal(fieldWith('records', undefined), 'null');
});

test('files are named after messages', () => {
  assert.equal(kebab('DescribeTopicPartitionsRequest'), 'describe-topic-partitions-request');
  assert.equal(kebab('KRaftVersionRecord'), 'kraft-version-record');
});
