/** What waits for a time; of two for the same time the earlier set goes first. */
export interface Scheduled {
  readonly dueMs: number;
  readonly sequence: number;
}

export interface TimerHeap<T extends Scheduled> {
  readonly size: number;
  push(item: T): void;
  peek(): T | undefined;
  pop(): T | undefined;
}

/** A binary heap. */
export function createTimerHeap<T extends Scheduled>(): TimerHeap<T> {
  const items: T[] = [];
  return {
    get size() {
      return items.length;
    },
    push(item) {
      items.push(item);
      siftUp(items, item);
    },
    peek: () => items[0],
    pop() {
      const first = items[0];
      const last = items.pop();
      if (first !== undefined && last !== undefined && first !== last) siftDown(items, last);
      return first;
    },
  };
}

function isBefore(left: Scheduled, right: Scheduled): boolean {
  return left.dueMs < right.dueMs || (left.dueMs === right.dueMs && left.sequence < right.sequence);
}

function siftUp<T extends Scheduled>(items: T[], item: T): void {
  let index = items.length - 1;
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = items[parentIndex];
    if (parent === undefined || !isBefore(item, parent)) break;
    items[index] = parent;
    index = parentIndex;
  }
  items[index] = item;
}

function siftDown<T extends Scheduled>(items: T[], item: T): void {
  let index = 0;
  for (;;) {
    let childIndex = 2 * index + 1;
    let child = items[childIndex];
    if (child === undefined) break;
    const right = items[childIndex + 1];
    if (right !== undefined && isBefore(right, child)) {
      child = right;
      childIndex++;
    }
    if (!isBefore(child, item)) break;
    items[index] = child;
    index = childIndex;
  }
  items[index] = item;
}
