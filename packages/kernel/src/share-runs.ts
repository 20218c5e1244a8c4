/**
 * One run of `work` at a time. A call while one is under way shares the next with all others that come meanwhile: it settles
 * as a run does that began after the call.
 */
export function createSharedRuns(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  function start(): Promise<void> {
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  }

  return () => {
    // Between two runs the next one is still to begin, and nobody may begin another beside it.
    if (next !== undefined) return next;
    if (running === undefined) return start();
    next = running
      .catch(() => {})
      .then(() => {
        next = undefined;
        return start();
      });
    return next;
  };
}
