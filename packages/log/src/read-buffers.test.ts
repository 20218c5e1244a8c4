import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReadBuffers } from './read-buffers.ts';

test('a buffer is used again only once it was given back, and once only', () => {
  const buffers = createReadBuffers();
  const first = buffers.take(200_000);
  const second = buffers.take(200_000);
  assert.notEqual(first.buffer, second.buffer);
  first.release();
  first.release();
  const third = buffers.take(150_000);
  assert.equal(third.buffer, first.buffer);
  assert.notEqual(buffers.take(150_000).buffer, first.buffer);
});

test('free buffers are kept up to the limit and not one more', () => {
  const buffers = createReadBuffers(2 * 256 * 1024);
  const taken = [buffers.take(100_000), buffers.take(100_000), buffers.take(100_000)];
  for (const each of taken) each.release();
  const again = [buffers.take(100_000), buffers.take(100_000), buffers.take(100_000)].map(({ buffer }) => buffer);
  assert.equal(taken.filter(({ buffer }) => again.includes(buffer)).length, 2);
});

test('what is wanted has room, whatever its size', () => {
  const buffers = createReadBuffers();
  for (const size of [1, 65_536, 262_144, 262_145, 1_048_576, 1_114_113, 4_194_304, 9_000_000]) {
    assert.ok(buffers.take(size).buffer.length >= size);
  }
});
