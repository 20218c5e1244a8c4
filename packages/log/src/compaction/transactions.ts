import type { Offset, ProducerId } from '@sluice/kernel/ids';
import type { AbortedTxn } from '../txn-index.ts';

/**
 * Which transactional batches a compaction may drop, as it goes through the log once: the records of aborted
 * transactions, and markers behind which nothing of their transaction is left (as Kafka's CleanedTransactionMetadata).
 */
export interface TransactionFilter {
  /** True: the batch belongs to an aborted transaction. */
  onBatch(producerId: ProducerId, lastOffset: Offset): boolean;
  /** True: nothing of the transaction that it ends was kept. */
  onMarker(producerId: ProducerId, offset: Offset, isAbort: boolean): boolean;
  /** Aborted transactions whose marker is kept, for the new segment's index; forgets them. */
  takeKept(): AbortedTxn[];
  /** Remembers where it is; what it returns takes it back there. */
  mark(): () => void;
}

interface Ongoing {
  readonly txn: AbortedTxn;
  hasRecords: boolean;
}

/**
 * `abortedTxns`: all that overlap what it goes through. A marker may be segments away from its records, and they are
 * passed first.
 */
export function createTransactionFilter(abortedTxns: readonly AbortedTxn[]): TransactionFilter {
  const byFirstOffset = [...abortedTxns].sort((left, right) => left.firstOffset - right.firstOffset);
  /** Those before it have begun. */
  let upcoming = 0;
  const aborted = new Map<ProducerId, Ongoing>();
  const committed = new Set<ProducerId>();
  let kept: AbortedTxn[] = [];

  function begin(upTo: Offset): void {
    for (; (byFirstOffset[upcoming]?.firstOffset ?? Number.POSITIVE_INFINITY) <= upTo; upcoming++) {
      const next = byFirstOffset[upcoming] as AbortedTxn;
      if (!aborted.has(next.producerId)) aborted.set(next.producerId, { txn: next, hasRecords: false });
    }
  }

  return {
    onBatch(producerId, lastOffset) {
      begin(lastOffset);
      const ongoing = aborted.get(producerId);
      if (ongoing === undefined) {
        committed.add(producerId);
        return false;
      }
      ongoing.hasRecords = true;
      return true;
    },
    onMarker(producerId, offset, isAbort) {
      begin(offset);
      if (!isAbort) return !committed.delete(producerId);
      const ongoing = aborted.get(producerId);
      aborted.delete(producerId);
      if (ongoing === undefined || !ongoing.hasRecords) return true;
      kept.push(ongoing.txn);
      return false;
    },
    mark() {
      const marked = {
        upcoming,
        aborted: [...aborted].map(([producerId, ongoing]) => [producerId, { ...ongoing }] as const),
        committed: [...committed],
        kept: [...kept],
      };
      return () => {
        upcoming = marked.upcoming;
        aborted.clear();
        for (const [producerId, ongoing] of marked.aborted) aborted.set(producerId, ongoing);
        committed.clear();
        for (const producerId of marked.committed) committed.add(producerId);
        kept = marked.kept;
      };
    },
    takeKept() {
      const taken = kept;
      kept = [];
      return taken;
    },
  };
}
