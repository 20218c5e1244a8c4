import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TEST_CONTRACT } from '../testing/contract.ts';
import { unboundedCount } from './matcher.ts';
import { createValidators } from './validate.ts';

const validators = createValidators(TEST_CONTRACT);
const ENTRY = { Key: 'k' };

function refused(shape: string, input: unknown, message: string): void {
  assert.throws(() => validators(shape)(input), {
    name: 'AwsError',
    type: 'ValidationException',
    status: 400,
    message,
  });
}

describe('validation by the model', () => {
  it('takes what is within all bounds', () => {
    validators('PutInput')({
      Name: 'aA0_.-',
      Entries: [ENTRY, { Key: 'k', Data: Buffer.alloc(10), Hash: '0' }],
      Limit: 100,
    });
    validators('TagInput')({ Arn: 'arn:aws:kinesis:us-east-1:123456789012:stream/a', Tags: { key: '' }, Kind: 'A' });
  });

  it('names what is missing', () => {
    refused(
      'PutInput',
      {},
      "2 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must not be null; " +
        "Value null at 'entries' failed to satisfy constraint: Member must not be null",
    );
  });

  it('names pattern and length of an empty string', () => {
    refused(
      'PutInput',
      { Name: '', Entries: [ENTRY] },
      "2 validation errors detected: Value '' at 'name' failed to satisfy constraint: Member must satisfy regular " +
        "expression pattern: [a-zA-Z0-9_.-]+; Value '' at 'name' failed to satisfy constraint: Member must have length " +
        'greater than or equal to 1',
    );
  });

  const one: readonly [string, string, unknown, string][] = [
    [
      'a long string',
      'PutInput',
      { Name: '123456789', Entries: [ENTRY] },
      "'123456789' at 'name' failed to satisfy constraint: Member must have length less than or equal to 8",
    ],
    [
      'an empty list',
      'PutInput',
      { Name: 'a', Entries: [] },
      "'[]' at 'entries' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      'a small number',
      'PutInput',
      { Name: 'a', Entries: [ENTRY], Limit: 0 },
      "'0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
    [
      'a large number',
      'PutInput',
      { Name: 'a', Entries: [ENTRY], Limit: 101 },
      "'101' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100",
    ],
    [
      'a member of a list',
      'PutInput',
      { Name: 'a', Entries: [ENTRY, {}] },
      "null at 'entries.2.member.key' failed to satisfy constraint: Member must not be null",
    ],
    [
      'a null in a list',
      'PutInput',
      { Name: 'a', Entries: [null] },
      "null at 'entries.1.member' failed to satisfy constraint: Member must not be null",
    ],
    [
      'a long blob',
      'PutInput',
      { Name: 'a', Entries: [{ Key: 'k', Data: Buffer.alloc(11) }] },
      "'java.nio.HeapByteBuffer[pos=0 lim=11 cap=11]' at 'entries.1.member.data' failed to satisfy constraint: Member must have length less than or equal to 10",
    ],
    [
      'a hash key',
      'PutInput',
      { Name: 'a', Entries: [{ Key: 'k', Hash: '01' }] },
      "'01' at 'entries.1.member.hash' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(0|([1-9]\\d{0,38}))$",
    ],
    [
      'an unknown value of an enum',
      'TagInput',
      { Arn: 'arn:aws:kinesis:a:123456789012:stream/a', Kind: 'C' },
      "'C' at 'kind' failed to satisfy constraint: Member must satisfy enum value set: [A, B]",
    ],
    [
      'a list of unknown values',
      'TagInput',
      { Arn: 'arn:aws:kinesis:a:123456789012:stream/a', Kinds: ['A', 'C'] },
      "'[A, C]' at 'kinds' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [A, B]]",
    ],
    [
      'a long key of a map',
      'TagInput',
      { Arn: 'arn:aws:kinesis:a:123456789012:stream/a', Tags: { a: '1', abcde: '2' } },
      "'{a=1, abcde=2}' at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 4, Member must have length greater than or equal to 1]",
    ],
    [
      'a long value of a map',
      'TagInput',
      { Arn: 'arn:aws:kinesis:a:123456789012:stream/a', Tags: { a: '12345' } },
      "'{a=12345}' at 'tags' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 4, Member must have length greater than or equal to 0]",
    ],
    [
      'a nested structure',
      'PutInput',
      { Name: 'a', Entries: [ENTRY], Deep: { Name: 'a' } },
      "null at 'deep.entries' failed to satisfy constraint: Member must not be null",
    ],
  ];
  for (const [name, shape, input, message] of one) {
    it(`says what is wrong with ${name}`, () => refused(shape, input, `1 validation error detected: Value ${message}`));
  }

  it('prints structures of a list as Java does', () => {
    refused(
      'PutInput',
      { Name: 'a', Entries: [ENTRY, ENTRY, ENTRY, ENTRY] },
      `1 validation error detected: Value '[${Array(4).fill('com.amazonaws.kinesis.v20131202.Entry@0').join(', ')}]' at ` +
        "'entries' failed to satisfy constraint: Member must have length less than or equal to 3",
    );
  });

  it('stops at ten errors', () => {
    const broken = { Key: '', Hash: 'x', Data: Buffer.alloc(11) };
    const input = { Name: '', Entries: [broken, broken, broken], Limit: 0, Deep: { Name: '', Entries: [] } };
    assert.throws(() => validators('PutInput')(input), { message: /^10 validation errors detected: / });
  });

  it('is not held up by what makes a backtracking engine try without end', () => {
    const hostile = `arn:aws${':kinesis:'.repeat(220)}`;
    const started = process.cpuUsage();
    assert.throws(() => validators('TagInput')({ Arn: hostile }), { type: 'ValidationException' });
    const { user } = process.cpuUsage(started);
    // A backtracking engine takes minutes.
    assert.ok(user < 5_000_000, `${user} µs`);
  });

  it('knows which patterns may run on a backtracking engine', () => {
    assert.equal(unboundedCount('[a-zA-Z0-9_.-]+'), 1);
    assert.equal(unboundedCount('^(0|([1-9]\\d{0,128}))$'), 0);
    assert.equal(unboundedCount('arn:aws.*:kinesis:.*:\\d{12}:stream/\\S+'), 3);
    assert.equal(unboundedCount('[*+]{2,}\\*'), 1);
  });
});
