import type { Offset } from '@sluice/kernel/ids';

type Done = (failure: string | undefined) => void;

/** Callbacks that wait for an offset to be reached, or for the log to fail. */
export interface OffsetWaiters {
  /** The lowest offset that somebody waits for; Infinity if nobody does. */
  readonly lowest: Offset;
  add(offset: Offset, done: Done): void;
  release(upTo: Offset): void;
  fail(reason: string): void;
}

export function createOffsetWaiters(): OffsetWaiters {
  /** By offset, rising. Mostly added at the end and taken from the front. */
  let waiting: { offset: Offset; done: Done }[] = [];
  return {
    get lowest() {
      return waiting[0]?.offset ?? Number.POSITIVE_INFINITY;
    },
    add(offset, done) {
      let index = waiting.length;
      while (index > 0 && (waiting[index - 1]?.offset ?? 0) > offset) index--;
      if (index === waiting.length) waiting.push({ offset, done });
      else waiting.splice(index, 0, { offset, done });
    },
    release(upTo) {
      let count = 0;
      while (count < waiting.length && (waiting[count]?.offset ?? 0) <= upTo) count++;
      if (count === 0) return;
      const released = waiting.splice(0, count);
      for (const { done } of released) done(undefined);
    },
    fail(reason) {
      const failed = waiting;
      waiting = [];
      for (const { done } of failed) done(reason);
    },
  };
}
