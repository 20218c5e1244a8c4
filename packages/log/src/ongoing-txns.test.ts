import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createOngoingTxns } from './ongoing-txns.ts';

test('the first unstable offset is the lowest of what is open or waits for the high watermark, in whatever order it came', () => {
  const steps = fc.array(fc.record({ offset: fc.nat(99), completes: fc.boolean() }), { maxLength: 40 });
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(99), { maxLength: 20 }), steps, fc.nat(1_200), (offsets, ends, highWatermark) => {
      const txns = createOngoingTxns();
      const open = new Set(offsets);
      const completed = new Map<number, number>();
      for (const offset of offsets) txns.start(offset, offset);
      const lowest = () => Math.min(...open, ...completed.keys());
      for (const [index, { offset, completes }] of ends.entries()) {
        if (!open.has(offset) || !completes) continue;
        open.delete(offset);
        completed.set(offset, 1_000 + index);
        txns.complete(offset, 1_000 + index);
        assert.equal(txns.firstUnstableOffset, lowest());
      }
      txns.onHighWatermark(highWatermark);
      for (const [offset, marker] of completed) if (marker < highWatermark) completed.delete(offset);
      assert.equal(txns.firstUnstableOffset, open.size + completed.size === 0 ? -1 : lowest());
    }),
  );
});
