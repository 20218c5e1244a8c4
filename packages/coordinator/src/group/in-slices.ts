import type { Clock } from '@sluice/kernel/clock';

/** Groups that one request is served for before others have their turn: it may name a million. */
export const GROUPS_PER_SLICE_MAX = 100;

/** What the action makes of all items, in their order; all of one slice are under way together. */
export async function inSlices<Item, Result>(
  items: readonly Item[],
  clock: Clock,
  action: (item: Item) => Result | Promise<Result>,
): Promise<Result[]> {
  if (items.length <= GROUPS_PER_SLICE_MAX) return Promise.all(items.map(action));
  const soon = clock.soon ?? queueMicrotask;
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += GROUPS_PER_SLICE_MAX) {
    if (start > 0) await new Promise<void>((resolve) => soon(resolve));
    const slice = await Promise.all(items.slice(start, start + GROUPS_PER_SLICE_MAX).map(action));
    for (const result of slice) results.push(result);
  }
  return results;
}
