import type { Offset } from '@sluice/kernel/ids';
import type { StateBatch } from '../share/persister.ts';
import { undelivered } from './acquire.ts';
import { freeRun, type InFlightBatch, newBatch, recordCount } from './in-flight.ts';
import { isTerminal, stateOfId } from './record-state.ts';
import { advanceStart, emptyWindow, type ShareWindow } from './share-window.ts';

/** The window as it was written; `undefined` if what was read cannot be. Nobody holds a lock in it. */
export function loadWindow(startOffset: Offset, written: readonly StateBatch[]): ShareWindow | undefined {
  const window = emptyWindow(startOffset);
  for (const batch of written) {
    if (batch.firstOffset < window.endOffset || batch.lastOffset < batch.firstOffset) return undefined;
    for (const hole of undelivered(window.endOffset, batch.firstOffset - 1)) window.batches.push(hole);
    window.batches.push(batchOf(batch));
    window.endOffset = batch.lastOffset + 1;
    if (isTerminal(stateOfId(batch.deliveryState))) window.deliveryCompleteCount += recordCount(batch);
  }
  window.mayHaveFree = window.batches.length > 0;
  advanceStart(window);
  return window;
}

function batchOf({ firstOffset, lastOffset, deliveryState, deliveryCount }: StateBatch): InFlightBatch {
  const run = freeRun(firstOffset, lastOffset);
  run.state = stateOfId(deliveryState);
  run.deliveryCount = deliveryCount;
  return newBatch(run);
}
