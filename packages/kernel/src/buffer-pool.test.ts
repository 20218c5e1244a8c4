import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createBufferPool } from './buffer-pool.ts';

const options = { classSizesBytes: [100, 400], pooledSizeBytesMin: 50, freeSizeBytesMax: 500 };

describe('a buffer pool', () => {
  it('gives the smallest size that holds what is wanted', () => {
    const pool = createBufferPool(options);
    assert.equal(pool.take(50)?.length, 100);
    assert.equal(pool.take(100)?.length, 100);
    assert.equal(pool.take(101)?.length, 400);
    assert.equal(pool.take(400)?.length, 400);
  });

  it('does not pool what is smaller than its minimum or larger than its largest size', () => {
    const pool = createBufferPool(options);
    assert.equal(pool.take(49), undefined);
    assert.equal(pool.take(401), undefined);
  });

  it('gives again what was given back, and says only of new ones that they were made', () => {
    const made: Buffer[] = [];
    const pool = createBufferPool({ ...options, onMade: (buffer) => made.push(buffer) });
    const first = pool.take(60) as Buffer;
    pool.giveBack(first);
    assert.equal(pool.take(90), first);
    assert.notEqual(pool.take(90), first);
    assert.equal(made.length, 2);
  });

  it('keeps free memory up to its limit, and nothing past it', () => {
    const pool = createBufferPool(options);
    const [small, large, another] = [pool.take(100), pool.take(400), pool.take(100)] as [Buffer, Buffer, Buffer];
    pool.giveBack(small);
    pool.giveBack(large);
    assert.equal(pool.freeSizeBytes, options.freeSizeBytesMax);
    pool.giveBack(another);
    assert.equal(pool.freeSizeBytes, options.freeSizeBytesMax);
    assert.equal(pool.take(100), small);
    assert.notEqual(pool.take(100), another);
  });
});
