import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { LogState } from './log-state.ts';
import { CURSORS_MAX, createReadCursors } from './read-cursors.ts';
import type { Segment } from './segment.ts';

const segment = { writtenSizeBytes: 1_000_000 } as Segment;
const state = { truncations: 0, segments: [segment] } as unknown as LogState;

/** Where a consumer stopped. */
const at = (offset: number) => ({ segment, position: offset * 10, minOffset: offset });

it('as many consumers as the limit read on where they stopped; one more, and the oldest place is forgotten', () => {
  const cursors = createReadCursors();
  for (let offset = 0; offset < CURSORS_MAX; offset++) cursors.put(offset, at(offset), state);
  for (let offset = 0; offset < CURSORS_MAX; offset++) assert.deepEqual(cursors.take(offset, state), at(offset));
  cursors.put(CURSORS_MAX, at(CURSORS_MAX), state);
  assert.equal(cursors.take(0, state), undefined);
  for (let offset = 1; offset <= CURSORS_MAX; offset++) assert.deepEqual(cursors.take(offset, state), at(offset));
});

it('a place that was just used is not the oldest', () => {
  const cursors = createReadCursors();
  for (let offset = 0; offset < CURSORS_MAX; offset++) cursors.put(offset, at(offset), state);
  cursors.put(0, at(0), state);
  cursors.put(CURSORS_MAX, at(CURSORS_MAX), state);
  assert.deepEqual(cursors.take(0, state), at(0));
  assert.equal(cursors.take(1, state), undefined);
});
