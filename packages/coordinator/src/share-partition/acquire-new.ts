import type { Offset } from '@sluice/kernel/ids';
import type { Acquiring, BatchSpan } from './acquire.ts';
import { freeRun, type InFlightBatch, type InFlightRun, newBatch, recordCount } from './in-flight.ts';

interface Taken {
  readonly batches: InFlightBatch[];
  /** Records acquired; with the record limit on, the batch may hold more, which are free. */
  readonly count: number;
}

/** Takes up to `countMax` records of `[firstOffset, lastOffset]` that were never delivered; a record batch is not cut. */
export function acquireNew(acquiring: Acquiring, firstOffset: Offset, lastOffset: Offset, countMax: number): Taken {
  const { mode, spans } = acquiring;
  const wanted = firstOffset + countMax - 1;
  const upTo = wanted < lastOffset ? Math.min(lastOffset, endOfBatchAt(spans, wanted)) : lastOffset;
  if (mode === 'record-limit') return takeLimited(acquiring, firstOffset, upTo, Math.min(wanted, upTo));
  const batches = piecesOf(acquiring, firstOffset, upTo).map((run) => newBatch(run));
  for (const batch of batches) addAcquired(acquiring, batch.firstOffset, batch.lastOffset);
  return { batches, count: upTo - firstOffset + 1 };
}

/** The whole record batch is in flight from now on, but only a part of it is acquired. */
function takeLimited(acquiring: Acquiring, firstOffset: Offset, lastOffset: Offset, upTo: Offset): Taken {
  const run = acquiredRun(acquiring, firstOffset, upTo);
  const batch = { firstOffset, lastOffset, runs: [run], isUndelivered: false };
  if (upTo < lastOffset) {
    batch.runs.push(freeRun(upTo + 1, lastOffset));
    acquiring.window.mayHaveFree = true;
  }
  addAcquired(acquiring, firstOffset, upTo);
  return { batches: [batch], count: recordCount(run) };
}

/** Cut where a record batch begins, once there are as many as the member wants in a piece. */
function piecesOf(acquiring: Acquiring, firstOffset: Offset, lastOffset: Offset): InFlightRun[] {
  const { spans, batchSize } = acquiring;
  const pieces: InFlightRun[] = [];
  let from = firstOffset;
  if (lastOffset - firstOffset + 1 > batchSize) {
    for (const span of spans) {
      if (span.firstOffset > lastOffset) break;
      if (span.firstOffset - from < Math.max(1, batchSize)) continue;
      pieces.push(acquiredRun(acquiring, from, span.firstOffset - 1));
      from = span.firstOffset;
    }
  }
  pieces.push(acquiredRun(acquiring, from, lastOffset));
  return pieces;
}

/** The last offset of the record batch that holds the offset; the offset itself if none does. */
function endOfBatchAt(spans: readonly BatchSpan[], offset: Offset): Offset {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle]?.firstOffset ?? offset) <= offset) low = middle + 1;
    else high = middle;
  }
  return Math.max(offset, spans[low - 1]?.lastOffset ?? offset);
}

function acquiredRun({ memberId, lockedUntilMs }: Acquiring, firstOffset: Offset, lastOffset: Offset): InFlightRun {
  return { firstOffset, lastOffset, state: 'acquired', deliveryCount: 1, memberId, lockedUntilMs, change: undefined };
}

function addAcquired({ acquired }: Acquiring, firstOffset: Offset, lastOffset: Offset): void {
  acquired.push({ firstOffset, lastOffset, deliveryCount: 1 });
}
