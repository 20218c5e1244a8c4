import { setImmediate as nextTurn } from 'node:timers/promises';
import { assert } from '../assert.ts';
import type { Clock } from '../clock.ts';
import type { TimestampMs } from '../ids.ts';
import { createTimerHeap, type Scheduled } from './timer-heap.ts';

const START_MS = Date.UTC(2025, 0, 1);
const RUN_MS_MAX = 24 * 60 * 60 * 1000;

interface SimTimer extends Scheduled {
  action: (() => void) | undefined;
}

/** Time that moves only when it is told to. It uses no real timer. */
export interface SimClock extends Clock {
  /** Timers that are set and neither fired nor cancelled. */
  readonly timerCount: number;
  /** Lets everything that is ready now run: promises, and what they start. Time stands still. */
  settle(): Promise<void>;
  /** Fires in order what falls due within `durationMs`, settling after each, and moves time on by it. */
  advance(durationMs: number): Promise<void>;
  /** Fires timers until `done`; fails if there are no more timers or if more than `limitMs` passes. */
  runUntil(done: () => boolean, limitMs?: number): Promise<void>;
  /** Fires timers until there are none; fails if more than `limitMs` passes. */
  runUntilIdle(limitMs?: number): Promise<void>;
  /** Sets the wall clock by this much, either way. Timers and the monotonic clock do not notice. */
  jump(byMs: number): void;
}

export function createSimClock(options: { startMs?: TimestampMs } = {}): SimClock {
  const heap = createTimerHeap<SimTimer>();
  let elapsedMs = 0;
  let wallOffsetMs = options.startMs ?? START_MS;
  let sequence = 0;
  let timerCount = 0;

  /** Fires the next timer unless it is due after `untilMs`. */
  const fireNext = (untilMs: number): boolean => {
    for (;;) {
      const timer = heap.peek();
      if (timer === undefined) return false;
      if (timer.action !== undefined && timer.dueMs > untilMs) return false;
      heap.pop();
      const action = timer.action;
      if (action === undefined) continue;
      timer.action = undefined;
      timerCount--;
      elapsedMs = Math.max(elapsedMs, timer.dueMs);
      action();
      return true;
    }
  };

  const clock: SimClock = {
    get timerCount() {
      return timerCount;
    },
    now: () => Math.floor(wallOffsetMs + elapsedMs),
    monotonicMs: () => elapsedMs,
    setTimer(delayMs, action) {
      const timer: SimTimer = { dueMs: elapsedMs + Math.max(delayMs, 0), sequence: sequence++, action };
      heap.push(timer);
      timerCount++;
      return {
        cancel() {
          if (timer.action === undefined) return;
          timer.action = undefined;
          timerCount--;
        },
      };
    },
    // A turn of the event loop runs the whole microtask queue first; counting awaits could stop short.
    settle: () => nextTurn(),
    async advance(durationMs) {
      const untilMs = elapsedMs + durationMs;
      await clock.settle();
      while (fireNext(untilMs)) await clock.settle();
      elapsedMs = untilMs;
    },
    async runUntil(done, limitMs = RUN_MS_MAX) {
      const untilMs = elapsedMs + limitMs;
      await clock.settle();
      while (!done()) {
        assert(fireNext(untilMs), timerCount === 0 ? 'something is left to wait for' : `it ends within ${limitMs} ms`);
        await clock.settle();
      }
    },
    runUntilIdle: (limitMs) => clock.runUntil(() => timerCount === 0, limitMs),
    jump(byMs) {
      wallOffsetMs += byMs;
    },
  };
  return clock;
}
