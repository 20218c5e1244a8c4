import type { Clock, Timer } from '@sluice/kernel/clock';
import type { TimestampMs } from '@sluice/kernel/ids';
import type { ShardTimers, Step } from './coordinator-shard.ts';

/** A timer whose action failed (a bug) fires again after this long: what hangs on it, a session say, must not hang for ever. */
export const TIMER_RETRY_MS = 500;

interface KeyedTimer<R> {
  dueMs: number;
  action: (now: TimestampMs) => Step<R>;
  timer: Timer;
  /** When `timer` fires: at `dueMs` or before. */
  armedMs: number;
}

export interface OwnedTimers<R> extends ShardTimers<R> {
  /** Cancels all; none can be set afterwards. */
  close(): void;
}

/**
 * Timers by key on the clock. A session timeout is set anew with every heartbeat and nearly never fires, so a timer that
 * is moved to a later time is left as it is and looks again when it fires.
 */
export function createShardTimers<R>(
  clock: Clock,
  /** False: it failed. */
  fire: (action: (now: TimestampMs) => Step<R>) => boolean,
): OwnedTimers<R> {
  const timers = new Map<string, KeyedTimer<R>>();
  let isClosed = false;

  function arm(key: string, dueMs: number, nowMs: number): Timer {
    return clock.setTimer(dueMs - nowMs, () => onTimer(key));
  }

  function onTimer(key: string): void {
    const keyed = timers.get(key);
    if (keyed === undefined) return;
    const nowMs = clock.monotonicMs();
    if (keyed.dueMs > nowMs) {
      keyed.armedMs = keyed.dueMs;
      keyed.timer = arm(key, keyed.dueMs, nowMs);
      return;
    }
    timers.delete(key);
    if (!fire(keyed.action) && !timers.has(key)) set(key, TIMER_RETRY_MS, keyed.action);
  }

  function set(key: string, delayMs: number, action: (now: TimestampMs) => Step<R>): void {
    if (isClosed) return;
    const nowMs = clock.monotonicMs();
    const dueMs = nowMs + Math.max(0, delayMs);
    const keyed = timers.get(key);
    if (keyed === undefined) {
      timers.set(key, { dueMs, action, armedMs: dueMs, timer: arm(key, dueMs, nowMs) });
      return;
    }
    keyed.dueMs = dueMs;
    keyed.action = action;
    if (dueMs >= keyed.armedMs) return;
    keyed.timer.cancel();
    keyed.armedMs = dueMs;
    keyed.timer = arm(key, dueMs, nowMs);
  }

  return {
    set,
    cancel(key) {
      timers.get(key)?.timer.cancel();
      timers.delete(key);
    },
    has: (key) => timers.has(key),
    close() {
      isClosed = true;
      for (const { timer } of timers.values()) timer.cancel();
      timers.clear();
    },
  };
}
