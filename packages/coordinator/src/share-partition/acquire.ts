import type { Offset } from '@sluice/kernel/ids';
import { acquireFree, mustThrottle } from './acquire-free.ts';
import { acquireNew } from './acquire-new.ts';
import { archiveMissing } from './archive.ts';
import { freeRun, type InFlightBatch, isFree, newBatch } from './in-flight.ts';
import { floorIndex, inFlightCount, type ShareWindow } from './share-window.ts';

/** Records `[firstOffset, lastOffset]` that a member got, and how often they have been acquired by now. */
export interface AcquiredRecords {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  readonly deliveryCount: number;
}

/** The offsets of a record batch in what was read. */
export interface BatchSpan {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
}

/**
 * `batch-optimized`: whole record batches, so that the count may be exceeded. `record-limit`: never more than the count
 * (KIP-1206).
 */
export type AcquireMode = 'batch-optimized' | 'record-limit';

export interface AcquireRequest {
  readonly memberId: string;
  readonly mode: AcquireMode;
  /** What is acquired anew is handed out in pieces of about so many records. */
  readonly batchSize: number;
  readonly recordCountMax: number;
  /** Where was read. */
  readonly fetchOffset: Offset;
  /** What was read there: record batches in their order. */
  readonly spans: readonly BatchSpan[];
  readonly nowMs: number;
}

/** The settings of the group that act here. */
export interface ShareLimits {
  readonly recordLockDurationMs: number;
  readonly deliveryCountLimit: number;
  readonly recordLockCountMax: number;
}

/** One acquisition under way. */
export interface Acquiring extends AcquireRequest {
  readonly limits: ShareLimits;
  readonly window: ShareWindow;
  readonly lockedUntilMs: number;
  /** The last offset that may be acquired. */
  readonly lastOffset: Offset;
  readonly acquired: AcquiredRecords[];
}

/** Acquires for a member what is free of that which was read. */
export function acquire(window: ShareWindow, request: AcquireRequest, limits: ShareLimits): AcquiredRecords[] {
  const { spans, fetchOffset, nowMs } = request;
  const first = spans[0];
  const last = spans.at(-1);
  if (first === undefined || last === undefined || last.lastOffset < window.startOffset) return [];
  const bounds = boundsOf(window, request, last.lastOffset, limits);
  if (bounds.countMax <= 0) return [];
  if (fetchOffset < first.firstOffset) archiveMissing(window, fetchOffset, first.firstOffset);
  const lockedUntilMs = nowMs + limits.recordLockDurationMs;
  const acquiring = { ...request, limits, window, lockedUntilMs, lastOffset: bounds.lastOffset, acquired: [] };
  acquireAll(acquiring, first.firstOffset, bounds.countMax);
  if (acquiring.acquired.length > 0) window.lockEndMsMin = Math.min(window.lockEndMsMin, lockedUntilMs);
  return acquiring.acquired;
}

/** While as much is locked as may be, what is in flight already and free can still be had. */
function boundsOf(window: ShareWindow, request: AcquireRequest, lastOffset: Offset, limits: ShareLimits) {
  const { recordCountMax, fetchOffset } = request;
  const room = limits.recordLockCountMax - inFlightCount(window);
  if (room > 0) return { lastOffset, countMax: Math.min(recordCountMax, room) };
  return {
    lastOffset: Math.min(lastOffset, window.endOffset - 1),
    countMax: Math.min(recordCountMax, window.endOffset - fetchOffset),
  };
}

function acquireAll(acquiring: Acquiring, firstOffset: Offset, countMax: number): void {
  const { batches } = acquiring.window;
  const { lastOffset } = acquiring;
  let count = 0;
  let at = firstInFlight(batches, firstOffset);
  for (let batch = batches[at]; batch !== undefined && count < countMax; batch = batches[at]) {
    if (batch.firstOffset > lastOffset) return;
    const roomCount = countMax - count;
    if (batch.isUndelivered && batch.runs.length > 1) {
      batches.splice(at, 1, ...batch.runs.map((run) => newBatch(run, true)));
      continue;
    }
    if (batch.isUndelivered) {
      const taken = takeUndelivered(acquiring, at, firstOffset, roomCount);
      count += taken.count;
      at += taken.batchCount;
      continue;
    }
    const isThrottled = mustThrottle(acquiring, batch, firstOffset);
    if (isThrottled && count > 0) return;
    const acquiredCount = acquireFree(acquiring, batch, firstOffset, roomCount);
    if (isThrottled && acquiredCount > 0) return;
    count += acquiredCount;
    at++;
  }
  const { window } = acquiring;
  const newFrom = Math.max(firstOffset, window.endOffset);
  if (count < countMax && newFrom <= lastOffset) beginNew(acquiring, newFrom, countMax - count);
}

/** The batch in flight that holds the offset, else the first behind it. */
function firstInFlight(batches: readonly InFlightBatch[], offset: Offset): number {
  const floor = floorIndex(batches, offset);
  return (batches[floor]?.lastOffset ?? -1) >= offset ? floor : floor + 1;
}

/** Behind all that is in flight. */
function beginNew(acquiring: Acquiring, firstOffset: Offset, countMax: number): void {
  const { window } = acquiring;
  const { batches } = acquireNew(acquiring, firstOffset, acquiring.lastOffset, countMax);
  // What lies between, if anything, is not in the log.
  if (window.batches.length === 0) window.startOffset = firstOffset;
  for (const batch of batches) window.batches.push(batch);
  window.endOffset = (batches.at(-1)?.lastOffset ?? window.endOffset - 1) + 1;
}

/** Of records that the persisted state does not know, as many as of new ones; the rest stays as it is. */
function takeUndelivered(acquiring: Acquiring, at: number, readFrom: Offset, countMax: number) {
  const { batches } = acquiring.window;
  const run = batches[at]?.runs[0];
  const firstOffset = Math.max(run?.firstOffset ?? 0, readFrom);
  const lastOffset = Math.min(run?.lastOffset ?? -1, acquiring.lastOffset);
  if (run === undefined || !isFree(run) || firstOffset > lastOffset) return { count: 0, batchCount: 1 };
  const taken = acquireNew(acquiring, firstOffset, lastOffset, countMax);
  const takenUpTo = taken.batches.at(-1)?.lastOffset ?? firstOffset;
  const before = undelivered(run.firstOffset, firstOffset - 1);
  const after = undelivered(takenUpTo + 1, run.lastOffset);
  batches.splice(at, 1, ...before, ...taken.batches, ...after);
  return { count: taken.count, batchCount: before.length + taken.batches.length };
}

export function undelivered(firstOffset: Offset, lastOffset: Offset): InFlightBatch[] {
  if (firstOffset > lastOffset) return [];
  return [newBatch(freeRun(firstOffset, lastOffset), true)];
}
