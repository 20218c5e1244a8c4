/** Runs at most `countMax` tasks at a time, in the order in which they came. */
export function limitConcurrency(countMax: number): <T>(task: () => Promise<T>) => Promise<T> {
  let runningCount = 0;
  const waiting: (() => void)[] = [];
  let waitingFrom = 0;

  function finished(): void {
    const next = waiting[waitingFrom];
    if (next === undefined) {
      runningCount--;
      return;
    }
    waitingFrom++;
    if (waitingFrom === waiting.length) {
      waiting.length = 0;
      waitingFrom = 0;
    }
    next();
  }

  return async (task) => {
    if (runningCount < countMax) runningCount++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      finished();
    }
  };
}
