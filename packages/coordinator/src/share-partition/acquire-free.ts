import type { Offset } from '@sluice/kernel/ids';
import type { AcquiredRecords, Acquiring } from './acquire.ts';
import { type InFlightBatch, type InFlightRun, isFree, isolate } from './in-flight.ts';
import { setState } from './share-window.ts';

/** Below so many attempts a record is delivered with its batch; with fewer attempts at all there is nothing to be careful about. */
const CAREFUL_DELIVERY_COUNT_MIN = 2;

/**
 * From half of its attempts on, a record is delivered with fewer and fewer others, and alone at last: one that makes its
 * member crash then costs no other record its attempts.
 */
function carefulFrom(deliveryCountLimit: number): number {
  return Math.max(CAREFUL_DELIVERY_COUNT_MIN, Math.ceil(deliveryCountLimit / 2));
}

/** Whether the batch has a record that is to be delivered with fewer others: then nothing else goes with it. */
export function mustThrottle({ limits, lastOffset }: Acquiring, { runs }: InFlightBatch, firstOffset: Offset): boolean {
  const from = carefulFrom(limits.deliveryCountLimit);
  return runs.some(
    (run) => isFree(run) && run.deliveryCount >= from && run.firstOffset <= lastOffset && run.lastOffset >= firstOffset,
  );
}

/** Acquires what is free of a batch in flight, from `firstOffset` on; returns how many records. */
export function acquireFree(
  acquiring: Acquiring,
  { firstOffset: batchFrom, lastOffset: batchUpTo, runs }: InFlightBatch,
  firstOffset: Offset,
  countMax: number,
): number {
  const { mode, limits, lastOffset } = acquiring;
  const from = carefulFrom(limits.deliveryCountLimit);
  const lastAttempt = limits.deliveryCountLimit > CAREFUL_DELIVERY_COUNT_MIN ? limits.deliveryCountLimit - 1 : -1;
  const found: AcquiredRecords[] = [];
  let carefulCountMax: number | undefined;
  let count = 0;
  for (let at = 0; at < runs.length; at++) {
    const run = runs[at] as InFlightRun;
    if (run.firstOffset > lastOffset) break;
    if (run.lastOffset < firstOffset || !isFree(run)) continue;
    const isLastAttempt = run.deliveryCount === lastAttempt;
    if (isLastAttempt && count > 0) break;
    if (run.deliveryCount >= from) {
      carefulCountMax ??= Math.max(1, (batchUpTo - batchFrom + 1) >> (run.deliveryCount - from + 1));
    }
    let roomCount = Number.POSITIVE_INFINITY;
    if (mode === 'record-limit') roomCount = countMax - count;
    if (carefulCountMax !== undefined && count < carefulCountMax) {
      roomCount = Math.min(roomCount, carefulCountMax - count);
    }
    if (isLastAttempt) roomCount = 1;
    const takeFrom = Math.max(run.firstOffset, firstOffset);
    const takeUpTo = Math.min(run.lastOffset, lastOffset, takeFrom + roomCount - 1);
    at = isolate(runs, at, takeFrom, takeUpTo);
    take(acquiring, runs[at] as InFlightRun, found);
    const takenCount = takeUpTo - takeFrom + 1;
    count += takenCount;
    if (isLastAttempt || takenCount === roomCount) break;
  }
  for (const records of found) acquiring.acquired.push(records);
  return count;
}

function take({ window, memberId, lockedUntilMs }: Acquiring, run: InFlightRun, found: AcquiredRecords[]): void {
  setState(window, run, 'acquired');
  run.deliveryCount++;
  run.memberId = memberId;
  run.lockedUntilMs = lockedUntilMs;
  const { firstOffset, lastOffset, deliveryCount } = run;
  const last = found.at(-1);
  if (last !== undefined && last.lastOffset + 1 === firstOffset && last.deliveryCount === deliveryCount) {
    found[found.length - 1] = { firstOffset: last.firstOffset, lastOffset, deliveryCount };
  } else {
    found.push({ firstOffset, lastOffset, deliveryCount });
  }
}
