import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createPace, type Pace } from './pace.ts';

const SLICE_MS = 0.5;
const IDLE_TURN_MS = 0.02;
const BUSY_TURN_MS = 0.3;
const SIZE_BYTES = 64 * 1024;

interface Slice {
  readonly workMs: number;
  /** What others did when it was over. */
  readonly turnMs: number;
  /** By how much the rest behind it was longer than it had to be. */
  readonly overshootMs?: number;
}

/** Runs slices under a pace and keeps account of the time. */
function run(pace: Pace, slices: Iterable<Slice>, startMs = 0) {
  let nowMs = startMs;
  let workedMs = 0;
  let restedMs = 0;
  let restCount = 0;
  const rests: number[] = [];
  for (const { workMs, turnMs, overshootMs = 0 } of slices) {
    workedMs += workMs;
    const endedMs = nowMs + workMs;
    const handledMs = endedMs + turnMs;
    const restMs = pace.restMs({ sizeBytes: SIZE_BYTES, endedMs, handledMs });
    rests.push(restMs);
    nowMs = handledMs + restMs + (restMs > 0 ? overshootMs : 0);
    restedMs += nowMs - handledMs;
    if (restMs > 0) {
      restCount++;
      pace.rested(nowMs);
    }
  }
  return { nowMs, workedMs, restedMs, restCount, rests };
}

function times(count: number, slice: Slice): Slice[] {
  return Array.from({ length: count }, () => slice);
}

const idle = { workMs: SLICE_MS, turnMs: IDLE_TURN_MS };
const busy = { workMs: SLICE_MS, turnMs: BUSY_TURN_MS };
const unlimited = () => createPace(Number.POSITIVE_INFINITY, 0);

describe('the pace of a compaction', () => {
  it('does not rest while nobody else wants anything', () => {
    const { restedMs } = run(unlimited(), times(10_000, idle));
    assert.equal(restedMs, 0);
  });

  it('leaves half of the time to busy clients', () => {
    const pace = unlimited();
    const begun = run(pace, times(100, busy));
    const { workedMs, restedMs, nowMs } = run(pace, times(10_000, busy), begun.nowMs);
    const share = workedMs / (nowMs - begun.nowMs);
    assert.ok(share <= 0.5, `it worked for ${share} of the time`);
    assert.ok(restedMs >= workedMs * 0.95, 'it rested, beyond the turns that others took anyway');
  });

  it('notices busy clients when only some turns have work for them', () => {
    const slices = times(4000, idle).map((slice, index) => (index % 4 === 0 ? { ...slice, turnMs: 0.2 } : slice));
    const { workedMs, restedMs } = run(unlimited(), slices);
    assert.ok(restedMs > workedMs * 0.8, `it worked ${workedMs} ms and rested ${restedMs} ms`);
  });

  it('takes no turn that the system held up now and then for busy clients', () => {
    const slices = times(4000, idle).map((slice, index) => (index % 100 === 0 ? { ...slice, turnMs: 20 } : slice));
    assert.equal(run(unlimited(), slices).restedMs, 0);
  });

  it('works at full speed again soon after the clients have gone', () => {
    const pace = unlimited();
    const { nowMs } = run(pace, times(1000, busy));
    const { rests } = run(pace, times(1000, idle), nowMs);
    assert.ok(rests.slice(100).every((restMs) => restMs === 0));
  });

  it('rests a millisecond at a time or longer, as timers can', () => {
    const { restCount, restedMs } = run(unlimited(), times(1000, busy));
    assert.ok(restedMs / restCount >= 0.99, `${restCount} rests were ${restedMs} ms`);
  });

  it('makes good for rests that were too long, but not in one go', () => {
    const pace = unlimited();
    const begun = run(pace, times(100, busy));
    const { rests } = run(pace, [{ ...busy, workMs: 4, overshootMs: 1000 }, ...times(20, busy)], begun.nowMs);
    const first = rests.findIndex((restMs, index) => index > 0 && restMs > 0);
    assert.ok(first > 1 && first <= 10, `the next rest was behind slice ${first}`);
  });

  it('is never starved: under clients that never pause it takes twice its time at most, besides theirs', () => {
    const double = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    const slices = fc.array(fc.record({ workMs: double(0, 500), turnMs: double(0.1, 50) }), { minLength: 20 });
    fc.assert(
      fc.property(slices, (each) => {
        const pace = unlimited();
        const begun = run(pace, times(100, busy));
        const { workedMs, restedMs } = run(pace, each, begun.nowMs);
        // What was not rested for yet of the time before is less than a millisecond.
        assert.ok(restedMs <= workedMs + 1, `it rested ${restedMs} ms for ${workedMs} ms of work`);
      }),
    );
  });

  it('keeps to the rate limit, busy or idle', () => {
    for (const slice of [idle, busy]) {
      const pace = createPace(SIZE_BYTES * 100, 0);
      const { nowMs } = run(pace, times(200, slice));
      assert.ok(nowMs >= 2000 - 1e-6, `200 slices at 100 a second took ${nowMs} ms`);
      // A rest for the rate's sake is one for the clients' sake as well.
      assert.ok(nowMs <= 2000 + 10, `200 slices at 100 a second took ${nowMs} ms`);
    }
  });
});
