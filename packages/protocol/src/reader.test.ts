import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ZERO_UUID } from '@sluice/kernel/ids';
import { INT64_MAX } from './int64.ts';
import { ProtocolError } from './protocol-error.ts';
import { Reader, type ReaderOptions } from './reader.ts';

function over(hex: string, options?: ReaderOptions): Reader {
  return new Reader(Buffer.from(hex.replaceAll(' ', ''), 'hex'), options);
}

function flexibleOver(hex: string, options?: ReaderOptions): Reader {
  const reader = over(hex, options);
  reader.flexible = true;
  return reader;
}

function failure(read: () => unknown): ProtocolError {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof ProtocolError);
    return error;
  }
  assert.fail('nothing was thrown');
}

test('integers are big-endian and signed as named', () => {
  const reader = over('ff fffe fffe fffffffd fffffffd fffffffffffffffc 3ff8000000000000 02');
  assert.equal(reader.int8('a'), -1);
  assert.equal(reader.int16('a'), -2);
  assert.equal(reader.uint16('a'), 0xfffe);
  assert.equal(reader.int32('a'), -3);
  assert.equal(reader.uint32('a'), 0xfffffffd);
  assert.equal(reader.int64('a'), -4);
  assert.equal(reader.float64('a'), 1.5);
  assert.equal(reader.bool('a'), true);
  assert.equal(reader.remaining, 0);
});

test('an int64 is exact up to ±(2^53−1) and an error one past it', () => {
  assert.equal(over('001fffffffffffff').int64('a'), Number.MAX_SAFE_INTEGER);
  assert.equal(over('ffe0000000000001').int64('a'), Number.MIN_SAFE_INTEGER);
  for (const hex of ['0020000000000000', 'ffe0000000000000', '7fffffffffffffff', '8000000000000000']) {
    const error = failure(() => over(hex).int64('offset'));
    assert.equal(error.message, 'offset: beyond ±(2^53−1) (at byte 0)');
  }
});

test('where 2^63−1 is the default it is read as INT64_MAX, and nothing else beyond 2^53−1 is', () => {
  assert.equal(over('7fffffffffffffff').int64OrMax('a'), INT64_MAX);
  assert.equal(over('001fffffffffffff').int64OrMax('a'), Number.MAX_SAFE_INTEGER);
  // Its nearest double is 2^63, too.
  failure(() => over('7ffffffffffffffe').int64OrMax('a'));
  failure(() => over('8000000000000000').int64OrMax('a'));
});

test('a uuid is 22 characters of base64url', () => {
  assert.equal(over('00'.repeat(16)).uuid('a'), ZERO_UUID);
  assert.equal(over('fbff'.repeat(8)).uuid('a'), '-__7__v_-__7__v_-__7_w');
});

test('a varint ends after five bytes and within 32 bits', () => {
  assert.equal(over('00').unsignedVarint('a'), 0);
  assert.equal(over('ac02').unsignedVarint('a'), 300);
  assert.equal(over('ffffffff0f').unsignedVarint('a'), 0xffffffff);
  assert.equal(
    failure(() => over('00ffffffff10').unsignedVarint('a') + over('ffffffff10').unsignedVarint('n')).path,
    'n',
  );
  assert.equal(failure(() => over('808080808000').unsignedVarint('n')).offset, 0);
  assert.equal(failure(() => over('8080').unsignedVarint('n')).offset, 2);
});

test('strings have an int16 length, or a varint that is one more in flexible versions', () => {
  assert.equal(over('0003 e5ad97').string('a'), '字');
  assert.equal(flexibleOver('04 e5ad97').string('a'), '字');
  assert.equal(over('ffff').nullableString('a'), null);
  assert.equal(flexibleOver('00').nullableString('a'), null);
  assert.equal(flexibleOver('01').nullableString('a'), '');
  assert.equal(flexibleOver('0003 616263').nullableStringInt16('a'), 'abc');
  assert.match(failure(() => over('ffff').string('name')).message, /^name: null, which this version forbids/);
  assert.match(failure(() => flexibleOver('00').string('name')).message, /^name: null/);
});

test('a string of more than 32767 bytes is refused, as in Kafka', () => {
  const compactSize = (size: number): string =>
    Buffer.from([(size & 0x7f) | 0x80, ((size >> 7) & 0x7f) | 0x80, size >> 14]).toString('hex');
  assert.equal(flexibleOver(compactSize(0x7fff + 1) + '61'.repeat(0x7fff)).string('a').length, 0x7fff);
  assert.match(failure(() => flexibleOver(compactSize(0x8000 + 1) + '61'.repeat(0x8000)).string('a')).reason, /32768/);
});

test('a string that is not UTF-8 is an error where it starts, unless the reader is lenient', () => {
  for (const bad of ['c3', 'ff', 'c080', 'eda080', 'f5808080']) {
    const hex = Buffer.concat([Buffer.from([0, bad.length / 2]), Buffer.from(bad, 'hex')]).toString('hex');
    assert.equal(failure(() => over(hex).string('name')).message, 'name: not UTF-8 (at byte 2)');
    assert.match(over(hex, { utf8Lenient: true }).string('name'), /^\ufffd+$/);
  }
  assert.equal(over('0003 efbfbd').string('name'), '\ufffd', 'U+FFFD itself is fine');
});

test('bytes are a view of the buffer', () => {
  const reader = over('00000002 abcd');
  const bytes = reader.bytes('a');
  assert.equal(bytes.toString('hex'), 'abcd');
  reader.buffer[4] = 0;
  assert.equal(bytes.toString('hex'), '00cd');
  assert.equal(over('ffffffff').nullableBytes('a'), null);
});

test('lengths are checked against what is left before anything is taken', () => {
  assert.match(failure(() => over('0004 616263').string('a')).message, /^a: 4 bytes wanted, 3 left \(at byte 2\)/);
  assert.match(failure(() => over('7fffffff 00').bytes('a')).message, /2147483647 bytes wanted, 1 left/);
  assert.match(failure(() => flexibleOver('ffffffff0f 00').bytes('a')).message, /4294967294 bytes wanted, 1 left/);
  assert.match(failure(() => over('000000').int32('a')).message, /4 bytes wanted, 3 left/);
});

test('an array count is checked against what its elements need at least', () => {
  assert.equal(over('00000002 0000000000000000').arrayCount('a', 4), 2);
  const error = failure(() => over('00000003 0000000000000000').arrayCount('a', 4));
  assert.match(error.message, /^a: 3 elements announced, 8 bytes left \(at byte 4\)/);
  assert.equal(over('ffffffff').nullableArrayCount('a', 4), -1);
  assert.match(failure(() => flexibleOver('00').arrayCount('a', 1)).reason, /null/);
});

test('a reader hands out no more elements than its limit', () => {
  const limited = (max: number): number => {
    const reader = flexibleOver(`04000000 04000000`, { elementCountMax: max });
    reader.arrayCount('a', 1);
    reader.position = 4;
    return reader.arrayCount('b', 1);
  };
  assert.equal(limited(6), 3);
  assert.match(failure(() => limited(5)).message, /^b: more array elements/);
  assert.equal(flexibleOver('01 0000', { elementCountMax: 1 }).tagCount(), 1);
  failure(() => flexibleOver('02 00000000', { elementCountMax: 1 }).tagCount());
});

test('a tagged field must take exactly the bytes that it announces', () => {
  const reader = over('05 0000000000');
  const end = reader.tagEnd(7);
  reader.int32('a');
  assert.match(failure(() => reader.checkTagEnd(7, end)).message, /^tag 7: its size is wrong by -1 bytes/);
  reader.int8('b');
  reader.checkTagEnd(7, end);
  assert.match(failure(() => over('06 0000000000').tagEnd(7)).message, /^tag 7: 6 bytes wanted, 5 left/);
});
