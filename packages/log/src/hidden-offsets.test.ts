import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHiddenOffsets } from './hidden-offsets.ts';

test('hidden offsets are revealed in order, also a part of a range', () => {
  const hidden = createHiddenOffsets();
  assert.equal(hidden.from, Number.POSITIVE_INFINITY);
  hidden.hide(5, 8);
  hidden.hide(8, 10);
  hidden.hide(15, 16);
  const seen = [0, 5, 6, 9, 10, 12, 15, 16].map((durableOffset) => {
    hidden.reveal(durableOffset);
    return hidden.from;
  });
  assert.deepEqual(seen, [5, 5, 6, 9, 15, 15, 15, Number.POSITIVE_INFINITY]);
});
