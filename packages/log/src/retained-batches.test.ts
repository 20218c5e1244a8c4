import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { leaseOf, setLease } from '@sluice/kernel/lease';
import { createRetainedBatches } from './retained-batches.ts';
import { createSegment, type Segment } from './segment.ts';
import type { PlacedBatch } from './write-group.ts';

const segmentAt = (baseOffset: number): Segment =>
  createSegment({ baseOffset, directory: '/data/orders-0', createdMs: 0, rollJitterMs: 0 });

/** Batches of one record and ten bytes each, whose memory tells when it is given back. */
function fixture() {
  const segment = segmentAt(0);
  const givenBack: number[] = [];
  const batch = (offset: number, of = segment): PlacedBatch => {
    const buffer = Buffer.from(new ArrayBuffer(10));
    setLease(buffer, () => givenBack.push(offset));
    leaseOf(buffer)?.retain();
    return { segment: of, position: offset * 10, buffer, nextOffset: offset + 1 };
  };
  return { retained: createRetainedBatches(0), batch, givenBack };
}

describe('batches for the journal', () => {
  test('are those that are not durable, and their memory is held until they are given back', () => {
    const { retained, batch, givenBack } = fixture();
    retained.keep([batch(0), batch(1), batch(2)]);
    const bytes = retained.take(1);
    assert.deepEqual(givenBack, [0]);
    assert.deepEqual([bytes?.position, bytes?.baseOffset, bytes?.nextOffset, bytes?.sizeBytes], [10, 1, 3, 20]);
    assert.equal(retained.sizeBytes, 0);
    retained.giveBack();
    assert.deepEqual(givenBack, [0, 1, 2]);
  });

  test('bug: memory that the journal is still to copy was released when what came behind it was too much', () => {
    const { retained, batch, givenBack } = fixture();
    retained.keep([batch(0)]);
    assert(retained.take(0) !== undefined);
    retained.keep([batch(1)]);
    retained.forget(2);
    assert.deepEqual(givenBack, [1]);
    retained.giveBack();
    assert.deepEqual(givenBack, [1, 0]);
  });

  test('are none behind something that was forgotten, until that is durable', () => {
    const { retained, batch } = fixture();
    retained.keep([batch(0)]);
    retained.forget(1);
    retained.keep([batch(1)]);
    assert.equal(retained.take(0), undefined);
    assert.equal(retained.take(1)?.baseOffset, 1);
  });

  test('are let go once they are durable another way', () => {
    const { retained, batch, givenBack } = fixture();
    retained.keep([batch(0), batch(1)]);
    retained.release(1);
    assert.deepEqual([givenBack, retained.sizeBytes], [[0], 10]);
  });

  test('of two segments are none', () => {
    const { retained, batch } = fixture();
    retained.keep([batch(0), batch(1, segmentAt(1))]);
    assert.equal(retained.take(0), undefined);
    assert.equal(retained.take(1)?.segmentBaseOffset, 1);
  });
});
