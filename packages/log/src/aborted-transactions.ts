import type { Offset } from '@sluice/kernel/ids';
import type { IndexLoader } from './index-loader.ts';
import { type LogState, segmentIndexOf } from './log-state.ts';
import { logPath } from './segment.ts';
import type { AbortedTxn } from './txn-index.ts';

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
    for (const txn of segment.indexes.abortedTxns) {
      if (txn.lastOffset >= fromOffset && txn.firstOffset < toOffset) {
        found ??= [];
        found.push(txn);
      }
      if (txn.lastStableOffset >= toOffset) return found ?? NONE;
    }
  }
  return found ?? NONE;
}

/** Aborted transactions that overlap `[fromOffset, toOffset)`; a corrupt segment that might hold more is an error. */
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
    if (segment.fault !== undefined) throw new Error(`${logPath(segment)} is corrupt: ${segment.fault}`);
    for (const txn of abortedTxns) {
      if (txn.lastOffset >= fromOffset && txn.firstOffset < toOffset) found.push(txn);
      if (txn.lastStableOffset >= toOffset) return found;
    }
  }
  return found;
}
