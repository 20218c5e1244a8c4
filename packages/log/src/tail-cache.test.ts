import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createTailCache, type LogTail, SMALL_BATCH_SIZE_BYTES_MAX } from './tail-cache.ts';

const LARGE_SIZE_BYTES = SMALL_BATCH_SIZE_BYTES_MAX + 1;
const ALL = { bound: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY, minOneBatch: true };

/** Every byte of a batch is its base offset. */
function push(tail: LogTail, baseOffset: number, sizeBytes = LARGE_SIZE_BYTES, count = 1): Buffer {
  const buffer = Buffer.alloc(sizeBytes, baseOffset);
  return tail.push({ baseOffset, lastOffset: baseOffset + count - 1, buffer });
}

/** The base offset of the batch that holds `offset`. */
function holderOf(tail: LogTail, offset: number): number | undefined {
  const found = tail.read(offset, { ...ALL, maxBytes: 1 });
  return found?.buffers[0]?.[0];
}

/** What one large batch takes of a budget. */
function costOfOne(): number {
  const cache = createTailCache(1e9);
  push(cache.forLog(), 0);
  return cache.sizeBytes;
}

describe('the tail cache', () => {
  for (const sizeBytes of [100, LARGE_SIZE_BYTES]) {
    test(`finds the batch that holds an offset, and nothing outside: batches of ${sizeBytes} bytes`, () => {
      const tail = createTailCache(1e6).forLog();
      push(tail, 10, sizeBytes, 5);
      push(tail, 15, sizeBytes, 1);
      push(tail, 16, sizeBytes, 4);
      assert.deepEqual(
        [9, 10, 14, 15, 16, 19].map((offset) => holderOf(tail, offset)),
        [undefined, 10, 10, 15, 16, 16],
      );
      assert.equal(tail.read(20, ALL), undefined);
      assert.equal(tail.read(12, ALL)?.sizeBytes, 3 * sizeBytes);
      assert.equal(tail.read(12, { ...ALL, bound: 16 })?.sizeBytes, 2 * sizeBytes);
      assert.equal(tail.read(12, { ...ALL, maxBytes: 2 * sizeBytes })?.sizeBytes, 2 * sizeBytes);
      assert.equal(tail.read(12, { ...ALL, maxBytes: 2 * sizeBytes - 1 })?.sizeBytes, sizeBytes);
      assert.equal(tail.read(12, { ...ALL, maxBytes: 1 })?.sizeBytes, sizeBytes);
      assert.equal(tail.read(12, { ...ALL, maxBytes: 1, minOneBatch: false })?.sizeBytes, 0);
    });
  }

  test('stays within its budget: at the limit, and one batch past it', () => {
    const cache = createTailCache(3 * costOfOne());
    const tail = cache.forLog();
    for (const offset of [0, 1, 2]) push(tail, offset);
    assert.equal(cache.sizeBytes, cache.budgetBytes);
    assert.equal(holderOf(tail, 0), 0);
    push(tail, 3);
    assert(cache.sizeBytes <= cache.budgetBytes);
    assert.equal(tail.read(0, ALL), undefined);
    assert.equal(holderOf(tail, 1), 1);
  });

  for (const sizeBytes of [100, LARGE_SIZE_BYTES]) {
    test(`drops what was compacted, and counts it no more: batches of ${sizeBytes} bytes`, () => {
      const cache = createTailCache(1e6);
      const tail = cache.forLog();
      for (const offset of [0, 1, 2, 3]) push(tail, offset, sizeBytes);
      tail.dropBelow(0);
      assert.equal(holderOf(tail, 0), 0);
      tail.dropBelow(2);
      assert.equal(tail.read(0, ALL), undefined);
      assert.equal(tail.read(1, ALL), undefined);
      tail.dropBelow(4);
      assert.equal(cache.sizeBytes, 0);
      push(tail, 4, sizeBytes);
      assert.equal(holderOf(tail, 4), 4);
    });
  }

  test('what was dropped takes nobody else out before its turn', () => {
    const cache = createTailCache(3 * costOfOne());
    const [one, other] = [cache.forLog(), cache.forLog()];
    push(one, 0);
    one.dropBelow(1);
    push(one, 1);
    push(other, 0);
    push(other, 1);
    assert.equal(holderOf(one, 1), 1);
    push(other, 2);
    assert.equal(one.read(1, ALL), undefined);
    assert.equal(holderOf(other, 0), 0);
  });

  test('gives up the oldest batch of all logs first', () => {
    const cache = createTailCache(3 * costOfOne());
    const [a, b] = [cache.forLog(), cache.forLog()];
    push(a, 0);
    push(b, 0);
    push(a, 1);
    push(b, 1);
    assert.deepEqual([holderOf(a, 0), holderOf(b, 0), holderOf(a, 1), holderOf(b, 1)], [undefined, 0, 1, 1]);
    push(b, 2);
    assert.deepEqual([holderOf(b, 0), holderOf(a, 1), holderOf(b, 2)], [undefined, 1, 2]);
  });

  test('a cleared log gives its memory back and can be filled again', () => {
    const cache = createTailCache(3 * costOfOne());
    const [a, b] = [cache.forLog(), cache.forLog()];
    push(a, 0);
    push(a, 1);
    a.clear();
    assert.equal(cache.sizeBytes, 0);
    push(a, 7);
    push(b, 0);
    push(b, 1);
    assert.deepEqual([holderOf(a, 7), holderOf(b, 0)], [7, 0]);
    push(b, 2);
    assert.deepEqual([holderOf(a, 7), holderOf(b, 0)], [undefined, 0], 'what was cleared does not count as the oldest');
  });

  test('a batch larger than the budget is not kept', () => {
    const cache = createTailCache(costOfOne() - 1);
    const tail = cache.forLog();
    push(tail, 0);
    assert.equal(cache.sizeBytes, 0);
    assert.equal(tail.read(0, ALL), undefined);
  });

  test('a small piece of a large frame is copied, a large one is not', () => {
    const tail = createTailCache(1e7).forLog();
    const frame = Buffer.alloc(1_000_000);
    for (const size of [100, LARGE_SIZE_BYTES]) {
      const piece = frame.subarray(0, size);
      assert.notEqual(tail.push({ baseOffset: size, lastOffset: size, buffer: piece }).buffer, frame.buffer);
    }
    const large = frame.subarray(100_000, 900_000);
    assert.equal(tail.push({ baseOffset: 1e6, lastOffset: 1e6, buffer: large }).buffer, frame.buffer);
  });

  test('what was read does not change when more is appended', () => {
    const tail = createTailCache(1e6).forLog();
    push(tail, 0, 100);
    const read = tail.read(0, ALL)?.buffers[0];
    push(tail, 1, 100);
    assert.deepEqual(read, Buffer.alloc(100, 0));
    assert.equal(tail.read(0, ALL)?.sizeBytes, 200);
  });

  test('many small batches stay within the budget', () => {
    const cache = createTailCache(100_000);
    const tail = cache.forLog();
    for (let offset = 0; offset < 50_000; offset++) {
      push(tail, offset, 70);
      assert(cache.sizeBytes <= 100_000);
    }
    assert.equal(tail.read(49_999, ALL)?.sizeBytes, 70);
    assert.equal(tail.read(0, ALL), undefined);
  });
});
