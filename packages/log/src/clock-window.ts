import type { Clock } from '@sluice/kernel/clock';
import type { TimestampMs } from '@sluice/kernel/ids';

/**
 * What time it may be, by all that the wall clock has said of late. A clock that jumped, forwards or back, is believed
 * only once it has stood by it for `CLOCK_WINDOW_MS`; what deletes for good must not happen for a jump that is mended
 * within that time.
 */
export interface ClockWindow {
  /** For deciding that something is old enough to go. */
  earliestMs(): TimestampMs;
  /** For deciding until when something stays. */
  latestMs(): TimestampMs;
}

export const CLOCK_WINDOW_MS = 24 * 3_600_000;
const BUCKET_MS = 3_600_000;

/** How far the wall clock was ahead of the monotonic one, during one hour. */
interface Bucket {
  readonly startMs: number;
  min: number;
  max: number;
}

/** The clock is looked at whenever somebody asks: chores ask every few minutes. */
export function createClockWindow(clock: Clock): ClockWindow {
  /** Oldest first; a few more than the window has hours. */
  const buckets: Bucket[] = [];

  function look(): number {
    const monotonicMs = clock.monotonicMs();
    const ahead = clock.now() - monotonicMs;
    const last = buckets.at(-1);
    if (last === undefined || monotonicMs - last.startMs >= BUCKET_MS) {
      buckets.push({ startMs: monotonicMs, min: ahead, max: ahead });
    } else {
      last.min = Math.min(last.min, ahead);
      last.max = Math.max(last.max, ahead);
    }
    while (monotonicMs - (buckets[0]?.startMs ?? monotonicMs) >= CLOCK_WINDOW_MS + BUCKET_MS) buckets.shift();
    return monotonicMs;
  }

  look();
  return {
    earliestMs: () => look() + Math.min(...buckets.map(({ min }) => min)),
    latestMs: () => look() + Math.max(...buckets.map(({ max }) => max)),
  };
}
