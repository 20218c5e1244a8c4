/** Runs tasks side by side up to a limit; those with the same key one after the other, in the order in which they came. */
export interface TaskQueue {
  /** The task must not fail. */
  add(key: string, task: () => Promise<void>): void;
  /** Resolves when everything added so far is done. */
  idle(): Promise<void>;
}

export function createTaskQueue(concurrentCountMax: number): TaskQueue {
  const waitingByKey = new Map<string, { readonly number: number; readonly run: () => Promise<void> }[]>();
  const ready: string[] = [];
  let readyFrom = 0;
  let runningCount = 0;
  let addedCount = 0;
  /** Numbers of the tasks that are not done, rising. */
  const pending = new Set<number>();
  /** Who waits for all tasks below a number; rising. */
  const idleWaiters: { readonly below: number; readonly resolve: () => void }[] = [];

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
      task.run().then(() => finished(key, task.number));
    }
  }

  function finished(key: string, number: number): void {
    runningCount--;
    pending.delete(number);
    const waiting = waitingByKey.get(key) ?? [];
    waiting.shift();
    if (waiting.length === 0) waitingByKey.delete(key);
    else ready.push(key);
    tellWaiters();
    runNext();
  }

  function tellWaiters(): void {
    const [lowest = Number.POSITIVE_INFINITY] = pending;
    while (idleWaiters[0] !== undefined && idleWaiters[0].below <= lowest) idleWaiters.shift()?.resolve();
  }

  return {
    add(key, run) {
      const task = { number: addedCount++, run };
      pending.add(task.number);
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
      if (pending.size === 0) return Promise.resolve();
      return new Promise((resolve) => idleWaiters.push({ below: addedCount, resolve }));
    },
  };
}
