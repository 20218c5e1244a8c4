/** Runs tasks side by side up to a limit; those with the same key one after the other, in the order in which they came. */
export interface TaskQueue {
  /** The task must not fail. */
  add(key: string, task: () => Promise<void>): void;
  /** Resolves when everything added so far is done. */
  idle(): Promise<void>;
}

export function createTaskQueue(concurrentCountMax: number): TaskQueue {
  const waitingByKey = new Map<string, (() => Promise<void>)[]>();
  const ready: string[] = [];
  let readyFrom = 0;
  let runningCount = 0;
  let pendingCount = 0;
  let whenIdle: (() => void)[] = [];

  function runNext(): void {
    while (runningCount < concurrentCountMax && readyFrom < ready.length) {
      const key = ready[readyFrom++] as string;
      if (readyFrom === ready.length) {
        ready.length = 0;
        readyFrom = 0;
      }
      const task = waitingByKey.get(key)?.[0];
      if (task === undefined) continue;
      runningCount++;
      task().then(() => finished(key));
    }
  }

  function finished(key: string): void {
    runningCount--;
    pendingCount--;
    const waiting = waitingByKey.get(key) ?? [];
    waiting.shift();
    if (waiting.length === 0) waitingByKey.delete(key);
    else ready.push(key);
    if (pendingCount === 0) {
      const resolved = whenIdle;
      whenIdle = [];
      for (const resolve of resolved) resolve();
    }
    runNext();
  }

  return {
    add(key, task) {
      pendingCount++;
      const waiting = waitingByKey.get(key);
      if (waiting !== undefined) {
        waiting.push(task);
        return;
      }
      waitingByKey.set(key, [task]);
      ready.push(key);
      runNext();
    },
    idle() {
      if (pendingCount === 0) return Promise.resolve();
      return new Promise((resolve) => whenIdle.push(resolve));
    },
  };
}
