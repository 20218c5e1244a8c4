import type { Offset } from '@sluice/kernel/ids';
import type { StateBatch } from './persister.ts';
import { NO_OFFSET } from './share-state.ts';

/**
 * Lays changes over the batches that are there, as Kafka's coordinator does: where two speak of an offset, the one that
 * was delivered more often counts, then the one whose state is further on. What is below the start offset is dropped;
 * neighbours in the same state become one. `current` is in order and without overlaps, and so is the result.
 */
export function combineBatches(
  current: readonly StateBatch[],
  changes: readonly StateBatch[],
  startOffset: Offset,
): readonly StateBatch[] {
  return merge(from(current, startOffset), inOrder(from(changes, startOffset)));
}

function from(batches: readonly StateBatch[], startOffset: Offset): readonly StateBatch[] {
  const first = batches[0];
  if (startOffset === NO_OFFSET || first === undefined) return batches;
  return batches
    .filter(({ lastOffset }) => lastOffset >= startOffset)
    .map((batch) => (batch.firstOffset >= startOffset ? batch : { ...batch, firstOffset: startOffset }));
}

/** In the order of offsets, and without overlaps: by halves, so that many that are in none cost little more. */
function inOrder(changes: readonly StateBatch[]): readonly StateBatch[] {
  if (changes.length > 1) {
    const middle = changes.length >>> 1;
    return merge(inOrder(changes.slice(0, middle)), inOrder(changes.slice(middle)));
  }
  const [change] = changes;
  return change === undefined || change.firstOffset > change.lastOffset ? [] : changes;
}

/** Both are in order and without overlaps. What is before and behind the second is only copied. */
function merge(one: readonly StateBatch[], other: readonly StateBatch[]): readonly StateBatch[] {
  const first = other[0];
  const last = other.at(-1);
  if (first === undefined || last === undefined) return one;
  // One more on each side: it may become one with its neighbour.
  const begin = Math.max(countOf(one, ({ lastOffset }) => lastOffset < first.firstOffset) - 1, 0);
  const end = countOf(one, ({ firstOffset }) => firstOffset <= last.lastOffset) + 1;
  return one.slice(0, begin).concat(sweep(one.slice(begin, end), other), one.slice(end));
}

function sweep(ones: readonly StateBatch[], others: readonly StateBatch[]): StateBatch[] {
  const merged: StateBatch[] = [];
  let [one] = ones;
  let [other] = others;
  let nextOne = 1;
  let nextOther = 1;
  while (one !== undefined || other !== undefined) {
    if (one !== undefined && (other === undefined || one.lastOffset < other.firstOffset)) {
      append(merged, one);
      one = ones[nextOne++];
    } else if (other !== undefined && (one === undefined || other.lastOffset < one.firstOffset)) {
      append(merged, other);
      other = others[nextOther++];
    } else if (one !== undefined && other !== undefined) {
      const firstOffset = Math.max(one.firstOffset, other.firstOffset);
      const lastOffset = Math.min(one.lastOffset, other.lastOffset);
      append(merged, { ...(one.firstOffset < firstOffset ? one : other), lastOffset: firstOffset - 1 });
      append(merged, { ...(isFurther(other, one) ? other : one), firstOffset, lastOffset });
      one = one.lastOffset > lastOffset ? { ...one, firstOffset: lastOffset + 1 } : ones[nextOne++];
      other = other.lastOffset > lastOffset ? { ...other, firstOffset: lastOffset + 1 } : others[nextOther++];
    }
  }
  return merged;
}

/** How many from the start on are so; the others are not. */
function countOf(batches: readonly StateBatch[], isBefore: (batch: StateBatch) => boolean): number {
  let low = 0;
  let high = batches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const batch = batches[middle];
    if (batch !== undefined && isBefore(batch)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** An empty range is none; what goes on as the last one ended becomes part of it. */
function append(batches: StateBatch[], batch: StateBatch): void {
  if (batch.firstOffset > batch.lastOffset) return;
  const last = batches.at(-1);
  if (last !== undefined && last.lastOffset + 1 === batch.firstOffset && isSame(last, batch)) {
    batches[batches.length - 1] = { ...last, lastOffset: batch.lastOffset };
  } else {
    batches.push(batch);
  }
}

function isSame(one: StateBatch, other: StateBatch): boolean {
  return one.deliveryCount === other.deliveryCount && one.deliveryState === other.deliveryState;
}

function isFurther(one: StateBatch, other: StateBatch): boolean {
  if (one.deliveryCount !== other.deliveryCount) return one.deliveryCount > other.deliveryCount;
  return one.deliveryState > other.deliveryState;
}
