import type { Offset } from '@sluice/kernel/ids';
import type { ShareChange } from './change.ts';
import type { RecordState } from './record-state.ts';

/** Records next to each other of which the same holds. */
export interface InFlightRun {
  firstOffset: Offset;
  lastOffset: Offset;
  state: RecordState;
  /** How often they were acquired. */
  deliveryCount: number;
  /** Who holds the lock, or held it before the change that is under way; '' is nobody. */
  memberId: string;
  /** On the monotonic clock; a rollback gives it back. */
  lockedUntilMs: number;
  /** The change of state that is being written: until it is settled no other may begin. */
  change: ShareChange | undefined;
}

/** Records that were acquired together first. Its bounds stay as they were then; runs leave it from the front. */
export interface InFlightBatch {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  /** In the order of offsets, without holes. */
  readonly runs: InFlightRun[];
  /** Known only from a hole in the persisted state: these records were never delivered, if they exist at all. */
  readonly isUndelivered: boolean;
}

export const NOBODY = '';

export function newBatch(run: InFlightRun, isUndelivered = false): InFlightBatch {
  return { firstOffset: run.firstOffset, lastOffset: run.lastOffset, runs: [run], isUndelivered };
}

/** Records that were never delivered. */
export function freeRun(firstOffset: Offset, lastOffset: Offset): InFlightRun {
  return {
    firstOffset,
    lastOffset,
    state: 'available',
    deliveryCount: 0,
    memberId: NOBODY,
    lockedUntilMs: 0,
    change: undefined,
  };
}

export function recordCount({ firstOffset, lastOffset }: { firstOffset: Offset; lastOffset: Offset }): number {
  return lastOffset - firstOffset + 1;
}

/** Nobody has it, and nothing about it is being written. */
export function isFree(run: InFlightRun): boolean {
  return run.state === 'available' && run.change === undefined;
}

/**
 * Cuts a run so that `[firstOffset, lastOffset]` of it is a run of its own, and returns the index of that. Parts share the
 * change that is under way.
 */
export function isolate(runs: InFlightRun[], index: number, firstOffset: Offset, lastOffset: Offset): number {
  let at = index;
  if (cutBefore(runs, at, firstOffset)) at++;
  cutBefore(runs, at, lastOffset + 1);
  return at;
}

function cutBefore(runs: InFlightRun[], index: number, offset: Offset): boolean {
  const run = runs[index];
  if (run === undefined || offset <= run.firstOffset || offset > run.lastOffset) return false;
  const rest = { ...run, firstOffset: offset };
  run.lastOffset = offset - 1;
  rest.change?.runs.push(rest);
  runs.splice(index + 1, 0, rest);
  return true;
}
