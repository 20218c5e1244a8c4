import type { Clock, Timer } from '@sluice/kernel/clock';
import type { Offset } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { Reply } from './coordinator-shard.ts';

/** Replies that wait until everything below an offset is committed, in the order of their decisions. */
export interface CommitQueue {
  /** Steps that are not committed, whether somebody still waits for them or not. */
  readonly size: number;
  /** Offsets never fall from one call to the next. */
  add(offset: Offset, replies: readonly Reply[]): void;
  release(highWatermark: Offset): void;
  fail(errorCode: number): void;
}

export interface CommitQueueOptions {
  readonly clock: Clock;
  /** Whoever has waited so long is told REQUEST_TIMED_OUT: what was decided may yet be committed. */
  timeoutMs?(): number;
}

interface Waiting {
  readonly offset: Offset;
  readonly deadlineMs: number;
  replies: readonly Reply[];
}

export function createCommitQueue({ clock, timeoutMs }: CommitQueueOptions): CommitQueue {
  let waiting: Waiting[] = [];
  /** So many of the first have given up. */
  let expiredCount = 0;
  let timer: Timer | undefined;

  function watchFirst(): void {
    const first = waiting[expiredCount];
    if (timer !== undefined || first === undefined || first.deadlineMs === Number.POSITIVE_INFINITY) return;
    timer = clock.setTimer(first.deadlineMs - clock.monotonicMs(), () => {
      timer = undefined;
      expire(clock.monotonicMs());
      watchFirst();
    });
  }

  function expire(nowMs: number): void {
    for (
      let next = waiting[expiredCount];
      next !== undefined && next.deadlineMs <= nowMs;
      next = waiting[expiredCount]
    ) {
      const { replies } = next;
      next.replies = NO_REPLIES;
      expiredCount++;
      for (const reply of replies) reply.fail(ErrorCode.REQUEST_TIMED_OUT);
    }
  }

  function forgetTimer(): void {
    timer?.cancel();
    timer = undefined;
  }

  return {
    get size() {
      return waiting.length;
    },
    add(offset, replies) {
      const deadlineMs = timeoutMs === undefined ? Number.POSITIVE_INFINITY : clock.monotonicMs() + timeoutMs();
      waiting.push({ offset, deadlineMs, replies });
      watchFirst();
    },
    release(highWatermark) {
      const first = waiting[0];
      if (first === undefined || first.offset > highWatermark) return;
      let count = 1;
      while (count < waiting.length && (waiting[count]?.offset ?? 0) <= highWatermark) count++;
      const released = waiting.splice(0, count);
      expiredCount = Math.max(0, expiredCount - count);
      if (waiting.length === 0) forgetTimer();
      for (const { replies } of released) for (const reply of replies) reply.deliver();
    },
    fail(errorCode) {
      const failed = waiting;
      waiting = [];
      expiredCount = 0;
      forgetTimer();
      for (const { replies } of failed) for (const reply of replies) reply.fail(errorCode);
    },
  };
}

const NO_REPLIES: readonly Reply[] = [];
