import type { Offset } from '@sluice/kernel/ids';
import type { Reply } from './coordinator-shard.ts';

/** Replies that wait until everything below an offset is committed, in the order of their decisions. */
export interface CommitQueue {
  readonly size: number;
  /** Offsets never fall from one call to the next. */
  add(offset: Offset, replies: readonly Reply[]): void;
  release(highWatermark: Offset): void;
  fail(errorCode: number): void;
}

interface Waiting {
  readonly offset: Offset;
  readonly replies: readonly Reply[];
}

export function createCommitQueue(): CommitQueue {
  let waiting: Waiting[] = [];
  return {
    get size() {
      return waiting.length;
    },
    add(offset, replies) {
      waiting.push({ offset, replies });
    },
    release(highWatermark) {
      const first = waiting[0];
      if (first === undefined || first.offset > highWatermark) return;
      let count = 1;
      while (count < waiting.length && (waiting[count]?.offset ?? 0) <= highWatermark) count++;
      const released = waiting.splice(0, count);
      for (const { replies } of released) for (const reply of replies) reply.deliver();
    },
    fail(errorCode) {
      const failed = waiting;
      waiting = [];
      for (const { replies } of failed) for (const reply of replies) reply.fail(errorCode);
    },
  };
}
