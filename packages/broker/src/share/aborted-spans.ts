import type { Offset, ProducerId } from '@sluice/kernel/ids';
import { readEndTxnMarker } from '@sluice/log/end-txn-marker';
import { isControlBatch, isTransactional, producerId } from '@sluice/protocol/records/batch-header';

interface Batch {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  readonly buffer: Buffer;
  readonly position: number;
}

interface Aborted {
  readonly producerId: ProducerId;
  readonly firstOffset: Offset;
}

/** Those of the batches that belong to aborted transactions; a transaction ends with its marker. */
export function abortedSpans<Span extends Batch>(batches: readonly Span[], aborted: readonly Aborted[]): Span[] {
  if (aborted.length === 0) return [];
  const upcoming = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  const abortedIds = new Set<ProducerId>();
  let next = 0;
  return batches.filter(({ lastOffset, buffer, position }) => {
    for (; (upcoming[next]?.firstOffset ?? Number.POSITIVE_INFINITY) <= lastOffset; next++) {
      abortedIds.add(upcoming[next]?.producerId ?? -1);
    }
    const id = producerId(buffer, position);
    if (isControlBatch(buffer, position)) {
      if (readEndTxnMarker(buffer, position)?.isAbort === true) abortedIds.delete(id);
      return false;
    }
    return isTransactional(buffer, position) && abortedIds.has(id);
  });
}
