import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ZERO_UUID } from '@sluice/kernel/ids';
import { INT64_MAX } from './int64.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

function written(write: (writer: Writer) => void, flexible = false): string {
  const writer = new Writer(16);
  writer.flexible = flexible;
  write(writer);
  return Buffer.concat(writer.finish()).toString('hex');
}

test('what does not fit its type is a RangeError', () => {
  const writer = new Writer();
  assert.throws(() => writer.int8(128), RangeError);
  assert.throws(() => writer.int16(0x8000), RangeError);
  assert.throws(() => writer.int32(2 ** 31), RangeError);
  assert.throws(() => writer.uint16(-1), RangeError);
  assert.throws(() => writer.int64(2 ** 53), RangeError);
  assert.throws(() => writer.int64(Number.NaN), RangeError);
  assert.throws(() => writer.int64(1.5), RangeError);
  assert.throws(() => writer.int64(INT64_MAX), RangeError);
  assert.throws(() => writer.uuid('short'), RangeError);
  assert.throws(() => writer.uuid('!!!!!!!!!!!!!!!!!!!!!!'), RangeError);
  assert.throws(() => writer.string('a'.repeat(0x8000)), RangeError);
  writer.string('a'.repeat(0x7fff));
});

test('int64 is written in two halves, negative ones too', () => {
  assert.equal(
    written((w) => w.int64(-1)),
    'ffffffffffffffff',
  );
  assert.equal(
    written((w) => w.int64(Number.MIN_SAFE_INTEGER)),
    'ffe0000000000001',
  );
  assert.equal(
    written((w) => w.int64(2 ** 32 + 2 ** 31)),
    '0000000180000000',
  );
  assert.equal(
    written((w) => w.int64OrMax(INT64_MAX)),
    '7fffffffffffffff',
  );
  assert.equal(
    written((w) => w.int64OrMax(7)),
    '0000000000000007',
  );
});

test('varints of every length come back', () => {
  for (const value of [
    0,
    1,
    127,
    128,
    16383,
    16384,
    2 ** 21 - 1,
    2 ** 21,
    2 ** 28 - 1,
    2 ** 28,
    2 ** 31,
    2 ** 32 - 1,
  ]) {
    const hex = written((w) => w.unsignedVarint(value));
    const reader = new Reader(Buffer.from(hex, 'hex'));
    assert.equal(reader.unsignedVarint(''), value);
    assert.equal(reader.remaining, 0);
  }
});

test('nulls are −1, or 0 in flexible versions', () => {
  assert.equal(
    written((w) => w.nullableString(null)),
    'ffff',
  );
  assert.equal(
    written((w) => w.nullableString(null), true),
    '00',
  );
  assert.equal(
    written((w) => w.nullableBytes(null)),
    'ffffffff',
  );
  assert.equal(
    written((w) => w.nullableRecords(null), true),
    '00',
  );
  assert.equal(
    written((w) => w.nullableStringInt16(null), true),
    'ffff',
  );
  assert.equal(
    written((w) => w.uuid(ZERO_UUID)),
    '00'.repeat(16),
  );
});

test('records are referred to, not copied, between the pieces of the writer', () => {
  const first = Buffer.from('first');
  const second = Buffer.from('second');
  const writer = new Writer();
  writer.int32(1);
  writer.records(first);
  writer.records([first, Buffer.alloc(0), second]);
  writer.int8(2);
  assert.equal(writer.sizeBytes, 4 + 4 + 5 + 4 + 11 + 1);
  const pieces = writer.finish();
  assert.deepEqual(
    pieces.map((piece) => piece.toString('latin1')),
    ['\0\0\0\x01\0\0\0\x05', 'first', '\0\0\0\x0b', 'first', 'second', '\x02'],
  );
  assert.equal(pieces[1], first);
  assert.equal(pieces[3], first);
  assert.equal(pieces[4], second);
});

test('a writer that grows keeps what was written before and after records', () => {
  const writer = new Writer(16);
  const expected: Buffer[] = [];
  for (let i = 0; i < 200; i++) {
    const text = 'x'.repeat(i);
    writer.string(text);
    expected.push(Buffer.from([i >> 8, i]), Buffer.from(text));
    if (i % 50 === 0) {
      writer.records(Buffer.from('r'));
      expected.push(Buffer.from('\0\0\0\x01r', 'latin1'));
    }
  }
  assert.deepEqual(Buffer.concat(writer.finish()), Buffer.concat(expected));
});

test('a tagged field has its size in front, however many bytes that takes', () => {
  for (const length of [0, 1, 127, 128, 129, 16383, 16384, 20000]) {
    const writer = new Writer(16);
    writer.records(Buffer.from('before'));
    const mark = writer.beginTag(3);
    for (let i = 0; i < length; i++) writer.int8(i & 0x7f);
    writer.endTag(mark);
    writer.int8(-1);
    const reader = new Reader(Buffer.concat(writer.finish()));
    assert.equal(reader.bytes('').toString(), 'before');
    assert.equal(reader.unsignedVarint(''), 3);
    assert.equal(reader.tagEnd(3), reader.position + length);
    for (let i = 0; i < length; i++) assert.equal(reader.int8(''), i & 0x7f);
    assert.equal(reader.int8(''), -1);
    assert.equal(reader.remaining, 0);
  }
});
