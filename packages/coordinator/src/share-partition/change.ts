import type { StateBatch } from '../share/persister.ts';
import { type InFlightRun, NOBODY } from './in-flight.ts';
import { type RecordState, stateId } from './record-state.ts';
import { advanceStart, type ShareWindow, setState } from './share-window.ts';

/** A change of state that counts once it is written. Until then its records can neither be acquired nor acknowledged. */
export interface ShareChange {
  /** In no order once records of it have been cut. */
  readonly runs: InFlightRun[];
}

/** The state that the change brings a run that is acquired to; it keeps who held it, for the case that it is not written. */
export function begin(window: ShareWindow, change: ShareChange, run: InFlightRun, state: RecordState): void {
  setState(window, run, state);
  run.change = change;
  change.runs.push(run);
}

/** Its state once it is let go without being done: after the last attempt it is archived. */
export function stateOfReleased({ deliveryCount }: InFlightRun, deliveryCountLimit: number): RecordState {
  return deliveryCount >= deliveryCountLimit ? 'archived' : 'available';
}

/** The change is written: it counts. True if the start offset has moved or records have become free. */
export function commit(window: ShareWindow, change: ShareChange): boolean {
  let isAnyFree = false;
  for (const run of change.runs) {
    if (run.change !== change) continue;
    run.change = undefined;
    run.memberId = NOBODY;
    if (run.state === 'available') isAnyFree = true;
  }
  if (isAnyFree) window.mayHaveFree = true;
  return advanceStart(window) || isAnyFree;
}

/** The change was refused, or could not be written: all is as before. Locks that have ended meanwhile are for the clock. */
export function rollBack(window: ShareWindow, change: ShareChange): void {
  for (const run of change.runs) {
    if (run.change !== change) continue;
    setState(window, run, 'acquired');
    run.change = undefined;
    window.lockEndMsMin = Math.min(window.lockEndMsMin, run.lockedUntilMs);
  }
}

/** As they are written: in the order of offsets, neighbours of which the same holds as one. */
export function stateBatches(runs: readonly InFlightRun[]): StateBatch[] {
  const written: Mutable<StateBatch>[] = [];
  for (const run of inOrder(runs)) {
    if (run.state === 'acquired') continue;
    const { firstOffset, lastOffset, deliveryCount } = run;
    const deliveryState = stateId(run.state);
    const last = written.at(-1);
    const isNext = last !== undefined && last.lastOffset + 1 === firstOffset;
    if (isNext && last.deliveryState === deliveryState && last.deliveryCount === deliveryCount) {
      last.lastOffset = lastOffset;
    } else {
      written.push({ firstOffset, lastOffset, deliveryState, deliveryCount });
    }
  }
  return written;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

function inOrder(runs: readonly InFlightRun[]): readonly InFlightRun[] {
  for (let i = 1; i < runs.length; i++) {
    if ((runs[i]?.firstOffset ?? 0) < (runs[i - 1]?.firstOffset ?? 0)) {
      return runs.toSorted((a, b) => a.firstOffset - b.firstOffset);
    }
  }
  return runs;
}
