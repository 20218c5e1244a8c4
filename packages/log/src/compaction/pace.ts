/** Of a turn of the event loop in which others had something to do. One with nothing takes a fiftieth of a millisecond. */
const BUSY_TURN_MS_MIN = 0.1;
/** Clients are busy while this share of the latest turns was: one that the system held up does not count for many. */
const BUSY_SHARE_MIN = 1 / 8;
/** How much a turn counts against those before it. */
const TURN_WEIGHT = 1 / 32;
/** Shorter rests are taken together: timers count whole milliseconds. */
const REST_MS_MIN = 1;

/** When a slice of a compaction ended, and when all that was ready in that moment had been handled. */
export interface SliceEnd {
  readonly sizeBytes: number;
  readonly endedMs: number;
  readonly handledMs: number;
}

/**
 * How long a compaction rests after each of its slices. Beside busy clients as long as it worked, so that they have the
 * event loop, and the disk, to themselves for half of the time, and it takes twice as long at most; not at all while
 * nobody else wants anything. And always as long as its rate limit wants it.
 */
export interface Pace {
  restMs(slice: SliceEnd): number;
  /** A rest is over, which may have taken longer than it should. */
  rested(nowMs: number): void;
}

export function createPace(bytesPerSecondMax: number, startedMs: number): Pace {
  let totalBytes = 0;
  let busyShare = 0;
  let sliceStartedMs = startedMs;
  /** Work that no rest has followed yet; below zero, a rest was longer than it had to be. */
  let owedMs = 0;

  return {
    restMs({ sizeBytes, endedMs, handledMs }) {
      const workedMs = endedMs - sliceStartedMs;
      sliceStartedMs = handledMs;
      totalBytes += sizeBytes;
      const isBusyTurn = handledMs - endedMs >= BUSY_TURN_MS_MIN;
      busyShare += ((isBusyTurn ? 1 : 0) - busyShare) * TURN_WEIGHT;
      owedMs = busyShare >= BUSY_SHARE_MIN ? owedMs + workedMs : 0;
      const aheadMs = (totalBytes / bytesPerSecondMax) * 1000 - (handledMs - startedMs);
      return Math.max(0, aheadMs, owedMs >= REST_MS_MIN ? owedMs : 0);
    },
    rested(nowMs) {
      owedMs = Math.max(-REST_MS_MIN, owedMs - (nowMs - sliceStartedMs));
      sliceStartedMs = nowMs;
    },
  };
}
