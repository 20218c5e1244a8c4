import type { Clock, Timer } from '@sluice/kernel/clock';

export interface Chore {
  /** Before the first time; the interval if left out. */
  readonly delayMs?: number;
  /** Between the end of one time and the beginning of the next. */
  readonly intervalMs: number;
  /** Handles its own failures. */
  run(): Promise<void> | void;
}

/**
 * Work that comes again and again: one timer each, however many logs there are. Returns the way to stop all of it, which
 * settles once nothing of it is under way.
 */
export function startChores(clock: Clock, chores: readonly Chore[]): () => Promise<void> {
  const timers = new Map<Chore, Timer>();
  const underWay = new Set<Promise<void>>();
  let isStopped = false;

  function schedule(chore: Chore, delayMs: number): void {
    if (isStopped) return;
    timers.set(
      chore,
      clock.setTimer(delayMs, () => {
        const going = go(chore).finally(() => underWay.delete(going));
        underWay.add(going);
      }),
    );
  }

  async function go(chore: Chore): Promise<void> {
    await chore.run();
    schedule(chore, chore.intervalMs);
  }

  for (const chore of chores) schedule(chore, chore.delayMs ?? chore.intervalMs);
  return async () => {
    isStopped = true;
    for (const timer of timers.values()) timer.cancel();
    await Promise.all(underWay);
  };
}
