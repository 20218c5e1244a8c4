import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { CLOCK_WINDOW_MS, createClockWindow } from './clock-window.ts';

const HOUR_MS = 3_600_000;
const STEP_MS = HOUR_MS / 12;

/** Asks every five minutes, as the chores do. */
async function passed(
  clock: ReturnType<typeof createSimClock>,
  window: ReturnType<typeof createClockWindow>,
  ms: number,
) {
  for (let step = 0; step < ms / STEP_MS; step++) {
    await clock.advance(STEP_MS);
    window.earliestMs();
  }
}

describe('what time it may be', () => {
  it('is what the clock says as long as it does not jump', async () => {
    const clock = createSimClock();
    const window = createClockWindow(clock);
    await passed(clock, window, 30 * HOUR_MS);
    assert.equal(window.earliestMs(), clock.now());
    assert.equal(window.latestMs(), clock.now());
  });

  for (const jumpMs of [HOUR_MS, 24 * HOUR_MS, -HOUR_MS, -24 * HOUR_MS]) {
    it(`covers both times after a jump by ${jumpMs / HOUR_MS} hours, and believes it after a day`, async () => {
      const clock = createSimClock();
      const window = createClockWindow(clock);
      clock.jump(jumpMs);
      await passed(clock, window, HOUR_MS);
      const [low, high] = [Math.min(0, -jumpMs), Math.max(0, -jumpMs)];
      assert.equal(window.earliestMs(), clock.now() + low);
      assert.equal(window.latestMs(), clock.now() + high);
      await passed(clock, window, CLOCK_WINDOW_MS + HOUR_MS);
      assert.equal(window.earliestMs(), clock.now());
      assert.equal(window.latestMs(), clock.now());
    });
  }

  it('forgets a jump that was mended, a day later, and never goes beyond it before', async () => {
    const clock = createSimClock();
    const window = createClockWindow(clock);
    clock.jump(24 * HOUR_MS);
    await passed(clock, window, HOUR_MS);
    clock.jump(-24 * HOUR_MS);
    assert.equal(window.earliestMs(), clock.now());
    assert.equal(window.latestMs(), clock.now() + 24 * HOUR_MS);
    await passed(clock, window, CLOCK_WINDOW_MS + 2 * HOUR_MS);
    assert.equal(window.latestMs(), clock.now());
  });
});
