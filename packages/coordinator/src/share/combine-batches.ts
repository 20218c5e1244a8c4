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
  let combined = from(current, startOffset);
  for (const change of from(changes, startOffset)) combined = overlay(combined, change);
  return combined;
}

function from(batches: readonly StateBatch[], startOffset: Offset): readonly StateBatch[] {
  const first = batches[0];
  if (startOffset === NO_OFFSET || first === undefined) return batches;
  return batches
    .filter(({ lastOffset }) => lastOffset >= startOffset)
    .map((batch) => (batch.firstOffset >= startOffset ? batch : { ...batch, firstOffset: startOffset }));
}

function overlay(batches: readonly StateBatch[], change: StateBatch): readonly StateBatch[] {
  const touchedFrom = countOf(batches, ({ lastOffset }) => lastOffset < change.firstOffset);
  const touchedTo = countOf(batches, ({ firstOffset }) => firstOffset <= change.lastOffset);
  const overlaid = batches.slice(0, touchedFrom);
  let { firstOffset } = change;
  for (const batch of batches.slice(touchedFrom, touchedTo)) {
    append(overlaid, { ...batch, lastOffset: firstOffset - 1 });
    append(overlaid, { ...change, firstOffset, lastOffset: batch.firstOffset - 1 });
    const overlap = {
      firstOffset: Math.max(firstOffset, batch.firstOffset),
      lastOffset: Math.min(change.lastOffset, batch.lastOffset),
    };
    append(overlaid, { ...(isFurther(change, batch) ? change : batch), ...overlap });
    append(overlaid, { ...batch, firstOffset: change.lastOffset + 1 });
    firstOffset = overlap.lastOffset + 1;
  }
  append(overlaid, { ...change, firstOffset });
  for (const batch of batches.slice(touchedTo)) append(overlaid, batch);
  return overlaid;
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
