import type { Acquired } from './acknowledgement.ts';

/** Acquired records that nobody was handed yet, in the order in which they came. */
export interface MessageQueue {
  readonly count: number;
  push(acquired: readonly Acquired[]): void;
  /** The next whose lock still holds; the others are dropped: the broker gives them to somebody. */
  take(nowMs: number): Acquired | undefined;
  /** Drops what this member no longer has. */
  purge(): void;
  /** Takes out all that match. */
  remove(matches: (acquired: Acquired) => boolean): readonly Acquired[];
}

export function createMessageQueue(): MessageQueue {
  let queued: Acquired[] = [];
  let next = 0;

  function rest(): Acquired[] {
    if (next > 0) queued = queued.slice(next);
    next = 0;
    return queued;
  }

  return {
    get count() {
      return queued.length - next;
    },
    push(acquired) {
      const left = rest();
      for (const each of acquired) left.push(each);
    },
    take(nowMs) {
      while (next < queued.length) {
        const acquired = queued[next++];
        if (next === queued.length) rest();
        if (acquired !== undefined && !acquired.life.isOver && acquired.lockEndMs > nowMs) return acquired;
      }
      return undefined;
    },
    purge() {
      queued = rest().filter(({ life }) => !life.isOver);
    },
    remove(matches) {
      const { removed = [], kept = [] } = Object.groupBy(rest(), (each) => (matches(each) ? 'removed' : 'kept'));
      queued = kept;
      return removed;
    },
  };
}
