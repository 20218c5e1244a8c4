import type { Offset } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { begin, rollBack, type ShareChange, stateOfReleased } from './change.ts';
import { type InFlightBatch, type InFlightRun, isolate } from './in-flight.ts';
import type { RecordState } from './record-state.ts';
import { floorIndex, type ShareWindow } from './share-window.ts';

/** As on the wire. A gap is an offset at which the member found no record. */
export const ACKNOWLEDGE_TYPES = { gap: 0, accept: 1, release: 2, reject: 3, renew: 4 } as const;

/** What a member says of `[firstOffset, lastOffset]`: one type for all, or one for each offset. */
export interface Acknowledgement {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  readonly types: readonly number[];
}

export interface AcknowledgeSettings {
  readonly deliveryCountLimit: number;
  readonly recordLockDurationMs: number;
  readonly isRenewEnabled: boolean;
  /** A broken build that tests must notice: anybody may acknowledge. */
  readonly skipsMemberCheck?: boolean;
}

export interface AcknowledgeRefusal {
  readonly errorCode: number;
  readonly message: string;
}

interface Acknowledging {
  readonly window: ShareWindow;
  readonly memberId: string;
  readonly settings: AcknowledgeSettings;
  readonly change: ShareChange;
  readonly renewed: InFlightRun[];
}

/**
 * Begins what the member says of records that it holds: all of it, or nothing. What the log, or the group, has left behind
 * meanwhile is passed over. Renewed locks last longer at once: they are not written.
 */
export function acknowledge(
  window: ShareWindow,
  memberId: string,
  acknowledgements: readonly Acknowledgement[],
  settings: AcknowledgeSettings,
  nowMs: number,
): ShareChange | AcknowledgeRefusal {
  const change: ShareChange = { runs: [] };
  const acknowledging: Acknowledging = { window, memberId, settings, change, renewed: [] };
  for (const acknowledgement of acknowledgements) {
    if (acknowledgement.lastOffset < window.startOffset) continue;
    const refusal = acknowledgeOne(acknowledging, acknowledgement);
    if (refusal === undefined) continue;
    rollBack(window, change);
    return refusal;
  }
  for (const run of acknowledging.renewed) run.lockedUntilMs = nowMs + settings.recordLockDurationMs;
  return change;
}

export function isRefusal(result: ShareChange | AcknowledgeRefusal): result is AcknowledgeRefusal {
  return 'errorCode' in result;
}

function acknowledgeOne(acknowledging: Acknowledging, what: Acknowledgement): AcknowledgeRefusal | undefined {
  const { batches, startOffset } = acknowledging.window;
  const floor = floorIndex(batches, what.firstOffset);
  if (floor < 0 && what.firstOffset >= startOffset) return invalidState('no record in flight has these offsets');
  const last = batches[floorIndex(batches, what.lastOffset)];
  if (last === undefined) return invalidState('no record in flight has these offsets');
  if (last.lastOffset < what.firstOffset) return invalidRequest('the first offset is behind what is in flight');
  if (last.lastOffset < what.lastOffset) return invalidRequest('the last offset is behind what is in flight');
  for (let at = Math.max(0, floor); at < batches.length; at++) {
    const batch = batches[at] as InFlightBatch;
    if (batch.firstOffset > what.lastOffset) break;
    if (batch.lastOffset < what.firstOffset) continue;
    const refusal = acknowledgeBatch(acknowledging, batch, what);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function acknowledgeBatch(acknowledging: Acknowledging, { runs }: InFlightBatch, what: Acknowledgement) {
  for (let at = 0; at < runs.length; at++) {
    const run = runs[at] as InFlightRun;
    if (run.firstOffset > what.lastOffset) break;
    if (run.lastOffset < what.firstOffset) continue;
    const refusal = checkHeld(run, acknowledging);
    if (refusal !== undefined) return refusal;
    const firstOffset = Math.max(run.firstOffset, what.firstOffset);
    const type = typeAt(what, firstOffset);
    const lastOffset = Math.min(run.lastOffset, sameTypeUpTo(what, firstOffset));
    at = isolate(runs, at, firstOffset, lastOffset);
    const refused = apply(acknowledging, runs[at] as InFlightRun, type);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/** Only who holds the lock says what becomes of a record. */
function checkHeld(run: InFlightRun, { memberId, settings }: Acknowledging): AcknowledgeRefusal | undefined {
  if (run.state !== 'acquired') return invalidState('the record is not acquired');
  if (run.change !== undefined) return invalidState('the record is being acknowledged');
  if (run.memberId === memberId || settings.skipsMemberCheck === true) return undefined;
  return invalidState('another member has acquired the record');
}

function apply(
  { window, settings, change, renewed }: Acknowledging,
  run: InFlightRun,
  type: number,
): AcknowledgeRefusal | undefined {
  if (type === ACKNOWLEDGE_TYPES.renew) {
    if (!settings.isRenewEnabled) return invalidState('the group does not allow to renew locks');
    renewed.push(run);
    return undefined;
  }
  const state = stateAfter(type, run, settings.deliveryCountLimit);
  if (state === undefined) return invalidRequest('the type of the acknowledgement is not known');
  begin(window, change, run, state);
  return undefined;
}

function stateAfter(type: number, run: InFlightRun, deliveryCountLimit: number): RecordState | undefined {
  switch (type) {
    case ACKNOWLEDGE_TYPES.accept:
      return 'acknowledged';
    case ACKNOWLEDGE_TYPES.release:
      return stateOfReleased(run, deliveryCountLimit);
    case ACKNOWLEDGE_TYPES.reject:
    case ACKNOWLEDGE_TYPES.gap:
      return 'archived';
    default:
      return undefined;
  }
}

function typeAt({ firstOffset, types }: Acknowledgement, offset: Offset): number {
  return (types.length > 1 ? types[offset - firstOffset] : types[0]) ?? -1;
}

/** The last offset up to which the type is the same as at `offset`. */
function sameTypeUpTo({ firstOffset, lastOffset, types }: Acknowledgement, offset: Offset): Offset {
  if (types.length <= 1) return lastOffset;
  let index = offset - firstOffset;
  const type = types[index];
  while (index + 1 < types.length && types[index + 1] === type) index++;
  return firstOffset + index;
}

function invalidState(message: string): AcknowledgeRefusal {
  return { errorCode: ErrorCode.INVALID_RECORD_STATE, message };
}

function invalidRequest(message: string): AcknowledgeRefusal {
  return { errorCode: ErrorCode.INVALID_REQUEST, message };
}
