import type { TimestampMs } from '@sluice/kernel/ids';
import type { Pending, PutOff, Step } from './coordinator-shard.ts';

/** Decisions that were put off, in their order. Each belongs to a request that waits: there are no more than connections. */
export interface PutOffQueue<R> {
  readonly size: number;
  readonly add: PutOff<R>;
  /** Takes those that are there; what is put off meanwhile stays. */
  takeAll(take: <T>(decide: (now: TimestampMs) => Step<R>, pending: Pending<T>) => void): void;
  fail(errorCode: number): void;
}

interface PutOffDecision<R> {
  readonly pending: Pending<never>;
  readonly decide: (now: TimestampMs) => Step<R>;
}

export function createPutOffQueue<R>(): PutOffQueue<R> {
  let waiting: PutOffDecision<R>[] = [];
  return {
    get size() {
      return waiting.length;
    },
    add(pending, decide) {
      waiting.push({ pending, decide });
    },
    takeAll(take) {
      const taken = waiting;
      waiting = [];
      for (const { decide, pending } of taken) take(decide, pending);
    },
    fail(errorCode) {
      const failed = waiting;
      waiting = [];
      for (const { pending } of failed) pending.fail(errorCode);
    },
  };
}
