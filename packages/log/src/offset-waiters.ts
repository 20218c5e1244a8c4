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
  return new SortedWaiters();
}

class SortedWaiters implements OffsetWaiters {
  /** By offset, rising. Mostly added at the end and taken from the front. */
  #waiting: { offset: Offset; done: Done }[] = [];

  get lowest(): Offset {
    return this.#waiting[0]?.offset ?? Number.POSITIVE_INFINITY;
  }

  add(offset: Offset, done: Done): void {
    const waiting = this.#waiting;
    let index = waiting.length;
    while (index > 0 && (waiting[index - 1]?.offset ?? 0) > offset) index--;
    if (index === waiting.length) waiting.push({ offset, done });
    else waiting.splice(index, 0, { offset, done });
  }

  release(upTo: Offset): void {
    const waiting = this.#waiting;
    let count = 0;
    while (count < waiting.length && (waiting[count]?.offset ?? 0) <= upTo) count++;
    if (count === 0) return;
    const released = waiting.splice(0, count);
    for (const { done } of released) done(undefined);
  }

  fail(reason: string): void {
    const failed = this.#waiting;
    this.#waiting = [];
    for (const { done } of failed) done(reason);
  }
}
