import type { TimestampMs } from '@sluice/kernel/ids';

interface Item {
  readonly id: string;
  readonly atMs: TimestampMs;
}

/** Stale items are thrown out once they are more than the live ones, and more than this. */
const STALE_MIN = 1_000;

/**
 * Which records are visible from when on, the earliest first: a binary heap. What has changed since it was put here is
 * left where it is, and found out when its time has come.
 */
export interface DueRecords {
  add(id: string, atMs: TimestampMs): void;
  /** Takes those out whose time has come; whoever does not change them has to add them again. */
  take(now: TimestampMs, countMax: number): string[];
  /** When the first one's time comes. */
  nextMs(): TimestampMs;
}

/** `dueMs` says when a record is visible; undefined: it is not among these. */
export function createDueRecords(dueMs: (id: string) => TimestampMs | undefined, liveCount: () => number): DueRecords {
  let heap: Item[] = [];

  const at = (index: number) => heap[index]?.atMs ?? Number.POSITIVE_INFINITY;
  const isLive = ({ id, atMs }: Item) => dueMs(id) === atMs;

  function swap(a: number, b: number): void {
    const [first, second] = [heap[a], heap[b]];
    if (first === undefined || second === undefined) return;
    heap[a] = second;
    heap[b] = first;
  }

  function rise(index: number): void {
    for (let child = index; child > 0; ) {
      const parent = (child - 1) >> 1;
      if (at(parent) <= at(child)) return;
      swap(parent, child);
      child = parent;
    }
  }

  function sink(index: number): void {
    for (let parent = index; ; ) {
      const left = parent * 2 + 1;
      const least = at(left + 1) < at(left) ? left + 1 : left;
      if (at(least) >= at(parent)) return;
      swap(parent, least);
      parent = least;
    }
  }

  function removeFirst(): void {
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    sink(0);
  }

  function dropStale(): void {
    for (let first = heap[0]; first !== undefined && !isLive(first); first = heap[0]) removeFirst();
  }

  /** What is sorted is a heap. A record may be here twice, for the same time. */
  function withoutStale(): Item[] {
    const live = new Map(heap.filter(isLive).map((item) => [item.id, item]));
    return [...live.values()].sort((a, b) => a.atMs - b.atMs);
  }

  return {
    add(id, atMs) {
      if (heap.length > STALE_MIN + 2 * liveCount()) heap = withoutStale();
      rise(heap.push({ id, atMs }) - 1);
    },
    take(now, countMax) {
      const taken = new Set<string>();
      while (taken.size < countMax && at(0) <= now) {
        const first = heap[0];
        if (first !== undefined && isLive(first)) taken.add(first.id);
        removeFirst();
      }
      return [...taken];
    },
    nextMs() {
      dropStale();
      return at(0);
    },
  };
}
