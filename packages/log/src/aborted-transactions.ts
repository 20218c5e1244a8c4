import type { Offset } from '@sluice/kernel/ids';
import type { IndexLoader } from './index-loader.ts';
import type { LogState } from './log-state.ts';
import { logPath } from './segment.ts';
import type { AbortedTxn } from './txn-index.ts';

/** Aborted transactions that overlap `[fromOffset, toOffset)`; a corrupt segment that might hold more is an error. */
export async function abortedTransactionsIn(
  fromOffset: Offset,
  toOffset: Offset,
  state: LogState,
  indexes: IndexLoader,
): Promise<AbortedTxn[]> {
  const found: AbortedTxn[] = [];
  for (const segment of [...state.segments]) {
    const { abortedTxns } = await indexes.load(segment);
    if (segment.fault !== undefined) throw new Error(`${logPath(segment)} is corrupt: ${segment.fault}`);
    for (const txn of abortedTxns) {
      if (txn.lastOffset >= fromOffset && txn.firstOffset < toOffset) found.push(txn);
      if (txn.lastStableOffset >= toOffset) return found;
    }
  }
  return found;
}
