import type { Offset } from '@sluice/kernel/ids';
import type { IndexLoader } from './index-loader.ts';
import { type LogState, segmentIndexOf } from './log-state.ts';
import { logPath, type Segment } from './segment.ts';
import { type AbortedTxn, isUncertain, uncertainFault } from './txn-index.ts';

const NONE: readonly AbortedTxn[] = [];

/** As `abortedTransactionsIn`, if everything that it takes is in memory: nearly always, since readers are mostly at the end. */
export function abortedTransactionsNow(
  fromOffset: Offset,
  toOffset: Offset,
  state: LogState,
): readonly AbortedTxn[] | undefined {
  if (state.swapping !== undefined) return undefined;
  let found: AbortedTxn[] | undefined;
  for (let index = Math.max(0, segmentIndexOf(state.segments, fromOffset)); index < state.segments.length; index++) {
    const segment = state.segments[index];
    if (segment?.indexes === undefined || segment.fault !== undefined) return undefined;
    const { abortedTxns } = segment.indexes;
    for (let at = firstEndingAt(fromOffset, abortedTxns); at < abortedTxns.length; at++) {
      const txn = abortedTxns[at];
      if (txn === undefined) break;
      if (txn.firstOffset < toOffset) {
        // The other way tells what is wrong with it.
        if (isUncertain(txn, uncertainBelow(state))) return undefined;
        found ??= [];
        found.push(txn);
      }
      if (txn.lastStableOffset >= toOffset) return found ?? NONE;
    }
  }
  return found ?? NONE;
}

/**
 * Aborted transactions that overlap `[fromOffset, toOffset)`. A corrupt segment that might hold more is an error, and so
 * is one of them that may have begun elsewhere: readers would leave out committed records.
 */
export async function abortedTransactionsIn(
  fromOffset: Offset,
  toOffset: Offset,
  state: LogState,
  indexes: IndexLoader,
): Promise<AbortedTxn[]> {
  const found: AbortedTxn[] = [];
  // An entry is kept with its marker, and none that ends below `fromOffset` is asked for.
  for (const segment of state.segments.slice(Math.max(0, segmentIndexOf(state.segments, fromOffset)))) {
    const { abortedTxns } = await indexes.load(segment);
    if (segment.fault !== undefined) throw corrupt(segment, segment.fault);
    for (const txn of abortedTxns.slice(firstEndingAt(fromOffset, abortedTxns))) {
      if (txn.firstOffset < toOffset) {
        if (isUncertain(txn, uncertainBelow(state))) throw corrupt(segment, uncertainFault(txn));
        found.push(txn);
      }
      if (txn.lastStableOffset >= toOffset) return found;
    }
  }
  return found;
}

/** Nothing of what could not be read matters once it is deleted. */
function uncertainBelow({ producers, logStartOffset }: LogState): Offset {
  return producers.uncertainBelow > logStartOffset ? producers.uncertainBelow : 0;
}

/** Index of the first that ends at or after `offset`: they are in the order of their markers. */
function firstEndingAt(offset: Offset, txns: readonly AbortedTxn[]): number {
  let low = 0;
  let high = txns.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((txns[middle]?.lastOffset ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function corrupt(segment: Segment, fault: string): Error {
  return new Error(`${logPath(segment)} is corrupt: ${fault}`);
}
