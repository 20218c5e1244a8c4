import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { combineBatches } from './combine-batches.ts';
import type { StateBatch } from './persister.ts';

const batch = (firstOffset: number, lastOffset: number, deliveryState: number, deliveryCount: number): StateBatch => ({
  firstOffset,
  lastOffset,
  deliveryState,
  deliveryCount,
});

describe('combineBatches', () => {
  it('lets the batch that was delivered more often count', () => {
    const combined = combineBatches([batch(100, 120, 0, 1)], [batch(105, 110, 0, 2)], -1);
    assert.deepEqual(combined, [batch(100, 104, 0, 1), batch(105, 110, 0, 2), batch(111, 120, 0, 1)]);
  });

  it('lets the state count that is further on if they were delivered as often', () => {
    const combined = combineBatches([batch(100, 110, 2, 1)], [batch(105, 115, 0, 1)], -1);
    assert.deepEqual(combined, [batch(100, 110, 2, 1), batch(111, 115, 0, 1)]);
  });

  it('makes one batch of neighbours in the same state', () => {
    const combined = combineBatches([batch(0, 9, 2, 1), batch(20, 29, 2, 1)], [batch(10, 19, 2, 1)], -1);
    assert.deepEqual(combined, [batch(0, 29, 2, 1)]);
  });

  it('drops what is below the start offset', () => {
    const combined = combineBatches([batch(0, 9, 2, 1), batch(10, 19, 0, 1)], [batch(5, 12, 2, 1)], 11);
    assert.deepEqual(combined, [batch(11, 12, 2, 1), batch(13, 19, 0, 1)]);
  });

  it('takes no notice of a batch that ends before it begins', () => {
    const current = [batch(0, 9, 2, 1), batch(20, 29, 0, 1), batch(40, 49, 2, 1)];
    assert.deepEqual(combineBatches(current, [batch(45, 5, 4, 9)], -1), current);
  });

  const anyBatch = fc
    .record({
      first: fc.nat(30),
      length: fc.integer({ min: 1, max: 10 }),
      state: fc.constantFrom(0, 2, 4),
      count: fc.nat(3),
    })
    .map(({ first, length, state, count }) => batch(first, first + length - 1, state, count));

  it('agrees with looking at each offset by itself, and leaves nothing that could be one batch', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyBatch, { maxLength: 4 })), fc.integer({ min: -1, max: 30 }), (writes, start) => {
        let combined: readonly StateBatch[] = [];
        const byOffset = new Map<number, { state: number; count: number }>();
        for (const [index, write] of writes.entries()) {
          const startOffset = index === writes.length - 1 ? start : -1;
          combined = combineBatches(combined, write, startOffset);
          for (const { firstOffset, lastOffset, deliveryState: state, deliveryCount: count } of write) {
            for (let offset = firstOffset; offset <= lastOffset; offset++) {
              const known = byOffset.get(offset);
              const isFurther =
                known === undefined || count > known.count || (count === known.count && state > known.state);
              if (isFurther) byOffset.set(offset, { state, count });
            }
          }
          for (const offset of byOffset.keys()) if (offset < startOffset) byOffset.delete(offset);
        }
        const shown = new Map<number, { state: number; count: number }>();
        for (const [index, { firstOffset, lastOffset, deliveryState, deliveryCount }] of combined.entries()) {
          const next = combined[index + 1];
          assert.ok(next === undefined || next.firstOffset > lastOffset);
          const goesOn = next?.firstOffset === lastOffset + 1;
          assert.ok(!goesOn || next.deliveryState !== deliveryState || next.deliveryCount !== deliveryCount);
          for (let offset = firstOffset; offset <= lastOffset; offset++) {
            shown.set(offset, { state: deliveryState, count: deliveryCount });
          }
        }
        assert.deepEqual(shown, new Map([...byOffset].sort(([a], [b]) => a - b)));
      }),
    );
  });
});
