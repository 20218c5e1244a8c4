import { begin, type ShareChange, stateOfReleased } from './change.ts';
import { type InFlightRun, NOBODY } from './in-flight.ts';
import { type ShareWindow, setState } from './share-window.ts';

/** The member is gone, or all are: begins to let go what is held. */
export function release(window: ShareWindow, memberId: string | undefined, deliveryCountLimit: number): ShareChange {
  const change: ShareChange = { runs: [] };
  for (const { runs } of window.batches) {
    for (const run of runs) {
      if (run.state !== 'acquired' || run.change !== undefined) continue;
      if (memberId !== undefined && run.memberId !== memberId) continue;
      begin(window, change, run, stateOfReleased(run, deliveryCountLimit));
    }
  }
  return change;
}

/** Lets go the records whose locks have ended; returns them. It counts at once: nobody has a claim to them any more. */
export function endLocks(window: ShareWindow, nowMs: number, deliveryCountLimit: number): InFlightRun[] {
  if (nowMs < window.lockEndMsMin) return [];
  const ended: InFlightRun[] = [];
  let lockEndMsMin = Number.POSITIVE_INFINITY;
  for (const { runs } of window.batches) {
    for (const run of runs) {
      // One whose change is being written gets its lock back, or is done.
      if (run.state !== 'acquired') continue;
      if (run.lockedUntilMs > nowMs) {
        lockEndMsMin = Math.min(lockEndMsMin, run.lockedUntilMs);
        continue;
      }
      const state = stateOfReleased(run, deliveryCountLimit);
      setState(window, run, state);
      run.memberId = NOBODY;
      if (state === 'available') window.mayHaveFree = true;
      ended.push(run);
    }
  }
  window.lockEndMsMin = lockEndMsMin;
  return ended;
}
