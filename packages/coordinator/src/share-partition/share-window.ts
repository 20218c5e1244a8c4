import type { Offset } from '@sluice/kernel/ids';
import { type InFlightBatch, type InFlightRun, isFree, recordCount } from './in-flight.ts';
import { isTerminal, type RecordState } from './record-state.ts';

/** What is in flight of a share partition: everything from the first record that is not done to the last that was acquired. */
export interface ShareWindow {
  startOffset: Offset;
  /** The first offset that was never acquired; the start offset if nothing is in flight. */
  endOffset: Offset;
  /** In the order of offsets; offsets between them hold no records. */
  readonly batches: InFlightBatch[];
  /** Records from the start offset on whose delivery is complete (KIP-1226), also those whose change is being written. */
  deliveryCompleteCount: number;
  /** False: nothing in flight is free to be acquired. True: it has to be looked for. */
  mayHaveFree: boolean;
  /** No lock ends before it; Infinity if there is none. */
  lockEndMsMin: number;
}

export function emptyWindow(startOffset: Offset): ShareWindow {
  return {
    startOffset,
    endOffset: startOffset,
    batches: [],
    deliveryCompleteCount: 0,
    mayHaveFree: false,
    lockEndMsMin: Number.POSITIVE_INFINITY,
  };
}

export function inFlightCount({ startOffset, endOffset }: ShareWindow): number {
  return endOffset - startOffset;
}

export function setState(window: ShareWindow, run: InFlightRun, state: RecordState): void {
  const change = Number(isTerminal(state)) - Number(isTerminal(run.state));
  window.deliveryCompleteCount += change * recordCount(run);
  run.state = state;
}

/** Where the next fetch reads: the first record in flight that is free, else behind them all. */
export function nextFetchOffset(window: ShareWindow): Offset {
  if (!window.mayHaveFree) return window.endOffset;
  for (const { runs } of window.batches) {
    for (const run of runs) if (isFree(run)) return run.firstOffset;
  }
  window.mayHaveFree = false;
  return window.endOffset;
}

/** The index of the last batch that begins at the offset or before it; −1 if there is none. */
export function floorIndex(batches: readonly InFlightBatch[], offset: Offset): number {
  let low = 0;
  let high = batches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((batches[middle]?.firstOffset ?? offset) <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Lets go what is done at the front. True if the start offset has moved. */
export function advanceStart(window: ShareWindow): boolean {
  const { batches, startOffset } = window;
  let doneBatchCount = 0;
  for (const batch of batches) {
    if (!letGoDone(window, batch)) break;
    doneBatchCount++;
  }
  if (doneBatchCount > 0) batches.splice(0, doneBatchCount);
  window.startOffset = batches[0]?.runs[0]?.firstOffset ?? window.endOffset;
  return window.startOffset !== startOffset;
}

/** True if nothing is left of the batch. */
function letGoDone(window: ShareWindow, { runs }: InFlightBatch): boolean {
  let doneCount = 0;
  for (const run of runs) {
    if (!isTerminal(run.state) || run.change !== undefined) break;
    window.deliveryCompleteCount -= recordCount(run);
    doneCount++;
  }
  if (doneCount === runs.length) return true;
  if (doneCount > 0) runs.splice(0, doneCount);
  return false;
}
