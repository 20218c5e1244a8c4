import type { Offset } from '@sluice/kernel/ids';
import type { AcquiredRecords, BatchSpan } from './acquire.ts';
import { type InFlightBatch, type InFlightRun, isFree, isolate, NOBODY, recordCount } from './in-flight.ts';
import { isTerminal } from './record-state.ts';
import { advanceStart, floorIndex, type ShareWindow, setState } from './share-window.ts';

/** Free records of `[firstOffset, endOffset)` are not in the log: compaction took them. */
export function archiveMissing(window: ShareWindow, firstOffset: Offset, endOffset: Offset): void {
  archiveWhere(window, { firstOffset, lastOffset: endOffset - 1 }, isFree);
  advanceStart(window);
}

/** Nothing of `[firstOffset, endOffset)` is in the log, and nothing is behind it. */
export function passMissing(window: ShareWindow, firstOffset: Offset, endOffset: Offset): void {
  archiveMissing(window, firstOffset, endOffset);
  // Else the offsets would take up locks until what is in flight before them is done.
  if (window.batches.length > 0 || endOffset <= window.endOffset) return;
  window.startOffset = endOffset;
  window.endOffset = endOffset;
}

/**
 * Records of aborted transactions, in the order of offsets: readers of committed records do not get them. Returns what is
 * left of what the member has just acquired.
 */
export function archiveAborted(
  window: ShareWindow,
  aborted: readonly BatchSpan[],
  acquired: readonly AcquiredRecords[],
  memberId: string,
): AcquiredRecords[] {
  const holds = (run: InFlightRun) => run.state === 'acquired' && run.memberId === memberId && run.change === undefined;
  const left: AcquiredRecords[] = [];
  for (const records of acquired) {
    let from = records.firstOffset;
    for (const span of aborted) {
      if (span.lastOffset < from) continue;
      if (span.firstOffset > records.lastOffset) break;
      const lastOffset = Math.min(span.lastOffset, records.lastOffset);
      archiveWhere(window, { firstOffset: Math.max(span.firstOffset, from), lastOffset }, holds);
      if (span.firstOffset > from) left.push({ ...records, firstOffset: from, lastOffset: span.firstOffset - 1 });
      from = lastOffset + 1;
    }
    if (from <= records.lastOffset) left.push({ ...records, firstOffset: from });
  }
  advanceStart(window);
  return left;
}

function archiveWhere(window: ShareWindow, span: BatchSpan, applies: (run: InFlightRun) => boolean): void {
  const { batches } = window;
  for (let at = Math.max(0, floorIndex(batches, span.firstOffset)); at < batches.length; at++) {
    const { runs, firstOffset } = batches[at] as InFlightBatch;
    if (firstOffset > span.lastOffset) break;
    for (let index = 0; index < runs.length; index++) {
      const run = runs[index] as InFlightRun;
      if (run.lastOffset < span.firstOffset || run.firstOffset > span.lastOffset || !applies(run)) continue;
      index = isolate(runs, index, span.firstOffset, span.lastOffset);
      const archived = runs[index] as InFlightRun;
      setState(window, archived, 'archived');
      archived.memberId = NOBODY;
    }
  }
}

/** The log begins later now (retention, DeleteRecords): what was in flight below is forgotten. */
export function moveStart(window: ShareWindow, logStartOffset: Offset): void {
  if (logStartOffset <= window.startOffset) return;
  const { batches } = window;
  let goneCount = 0;
  for (const { runs, lastOffset } of batches) {
    forgetBelow(window, runs, logStartOffset);
    if (lastOffset >= logStartOffset) break;
    goneCount++;
  }
  batches.splice(0, goneCount);
  window.startOffset = logStartOffset;
  window.endOffset = Math.max(window.endOffset, logStartOffset);
  advanceStart(window);
}

function forgetBelow(window: ShareWindow, runs: InFlightRun[], offset: Offset): void {
  let goneCount = 0;
  for (let at = 0; at < runs.length; at++) {
    const run = runs[at] as InFlightRun;
    if (run.firstOffset >= offset) break;
    isolate(runs, at, run.firstOffset, offset - 1);
    if (isTerminal(run.state)) window.deliveryCompleteCount -= recordCount(run);
    // A change that is being written has nothing to say about it any more.
    run.change = undefined;
    goneCount++;
  }
  runs.splice(0, goneCount);
}
