import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { GROUPS_PER_SLICE_MAX, inSlices } from './in-slices.ts';

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** How many items others' turns came after, and what came of all. */
async function slicesOf(count: number): Promise<{ turnsAt: number[]; results: number[] }> {
  const turnsAt: number[] = [];
  let seen = 0;
  const soon = (action: () => void) => {
    turnsAt.push(seen);
    action();
  };
  const results = await inSlices(numbers(count), { ...createSimClock(), soon }, async (item) => {
    seen++;
    return item;
  });
  return { turnsAt, results };
}

test('one slice is served in one go, one item more leaves others a turn', async () => {
  assert.deepEqual(await slicesOf(0), { turnsAt: [], results: [] });
  assert.deepEqual(await slicesOf(GROUPS_PER_SLICE_MAX), { turnsAt: [], results: numbers(GROUPS_PER_SLICE_MAX) });
  assert.deepEqual(await slicesOf(GROUPS_PER_SLICE_MAX + 1), {
    turnsAt: [GROUPS_PER_SLICE_MAX],
    results: numbers(GROUPS_PER_SLICE_MAX + 1),
  });
});
