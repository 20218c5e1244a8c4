import { ERRORS, ErrorCode } from '@sluice/protocol/generated/errors';
import { type Acknowledgement, AcknowledgeType } from './acknowledgement.ts';
import { isStale } from './session-errors.ts';

/** What a broker's answer for one partition means for what was said of it. */
export interface Outcome {
  readonly settled: readonly Acknowledgement[];
  readonly failed: readonly Acknowledgement[];
  /** To be said again. */
  readonly again: readonly Acknowledgement[];
  /** Not at once: the broker has to get ready. */
  readonly mustPause: boolean;
}

/**
 * A broker takes all that one request says of a partition, or nothing. So what it refused together may be right one by
 * one: each lock's are then said apart from the others'. What failed in passing is said again while the lock lasts.
 */
export function outcomeOf(said: readonly Acknowledgement[], errorCode: number, nowMs: number): Outcome {
  if (errorCode === ErrorCode.NONE) return { settled: said, failed: [], again: [], mustPause: false };
  if (errorCode === ErrorCode.INVALID_RECORD_STATE) {
    if (new Set(said.map(({ acquired }) => acquired?.lockEndMs)).size <= 1) return failure(said);
    for (const each of said) each.isApart = true;
    return { settled: [], failed: [], again: said, mustPause: false };
  }
  const mayRetry = (ERRORS.get(errorCode)?.retriable ?? false) && !isStale(errorCode);
  if (!mayRetry) return failure(said);
  const { again = [], failed = [] } = Object.groupBy(said, ({ acquired }) =>
    (acquired?.lockEndMs ?? 0) > nowMs ? 'again' : 'failed',
  );
  return { settled: [], failed, again, mustPause: again.length > 0 };
}

function failure(failed: readonly Acknowledgement[]): Outcome {
  return { settled: [], failed, again: [], mustPause: false };
}

/** The locks that were renewed last until then. */
export function prolong(settled: readonly Acknowledgement[], lockEndMs: number): void {
  for (const { type, acquired } of settled) {
    if (type === AcknowledgeType.RENEW && acquired !== undefined) acquired.lockEndMs = lockEndMs;
  }
}
