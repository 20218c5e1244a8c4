/** Loads at a time: a second one would only make both later, and slices would hold up others twice. */
const LOADS_AT_ONCE_MAX = 1;

/** Loads wait for each other, in the order of their elections. */
export function createLoadQueue(): { add(load: () => Promise<void>): void } {
  const waiting: (() => Promise<void>)[] = [];
  let runningCount = 0;

  async function work(): Promise<void> {
    runningCount++;
    for (let load = waiting.shift(); load !== undefined; load = waiting.shift()) await load();
    runningCount--;
  }

  return {
    add(load) {
      waiting.push(load);
      if (runningCount < LOADS_AT_ONCE_MAX) void work();
    },
  };
}
