import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint-file.ts';

const entries = ['orders 0 17', 'orders 1 4242'];

test('what was encoded is decoded and vouched for', () => {
  assert.deepEqual(decodeCheckpoint(Buffer.from(encodeCheckpoint(entries))), {
    kind: 'checkpoint',
    entries,
    isChecked: true,
  });
});

test("Kafka's own files, without a checksum, are taken as they are", () => {
  assert.deepEqual(decodeCheckpoint(Buffer.from('0\n2\n0 0\n2 12000\n')), {
    kind: 'checkpoint',
    entries: ['0 0', '2 12000'],
    isChecked: false,
  });
  assert.deepEqual(decodeCheckpoint(Buffer.from('0\n0\n')), { kind: 'checkpoint', entries: [], isChecked: false });
  assert.deepEqual(decodeCheckpoint(Buffer.alloc(0)), { kind: 'checkpoint', entries: [], isChecked: false });
});

test('white space at the end is all that is added', () => {
  const lines = encodeCheckpoint(entries).split('\n');
  assert.deepEqual(
    lines.map((line) => line.trimEnd()),
    ['0', '2', ...entries, ''],
  );
});

test('every flipped bit is noticed', () => {
  const content = Buffer.from(encodeCheckpoint(entries));
  for (let bit = 0; bit < content.length * 8; bit++) {
    const flipped = Buffer.from(content);
    flipped[bit >> 3] = (content[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.equal(typeof decodeCheckpoint(flipped), 'string', `bit ${bit}`);
  }
});

test('an empty checkpoint notices every flipped bit too', () => {
  const content = Buffer.from(encodeCheckpoint([]));
  for (let bit = 0; bit < content.length * 8; bit++) {
    const flipped = Buffer.from(content);
    flipped[bit >> 3] = (content[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.equal(typeof decodeCheckpoint(flipped), 'string', `bit ${bit}`);
  }
});
