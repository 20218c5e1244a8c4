import type { Clock, Timer } from '@sluice/kernel/clock';

export interface IdleTimer {
  /** Partitions come a while after joining, which is no idleness. */
  onAssigned(hasPartitions: boolean): void;
  /** A message came. */
  reset(): void;
  end(): void;
}

/** Calls `onIdle` when nothing has come for `idleMs`; never where that is undefined. */
export function startIdleTimer(
  clock: Clock,
  idleMs: number | undefined,
  assignmentWaitMs: number,
  onIdle: () => void,
): IdleTimer {
  let timer: Timer | undefined;
  let isAssigned = false;

  function start(delayMs: number): void {
    timer?.cancel();
    timer = clock.setTimer(delayMs, onIdle);
  }

  if (idleMs !== undefined) start(idleMs + assignmentWaitMs);
  return {
    onAssigned(hasPartitions) {
      if (idleMs === undefined || isAssigned || !hasPartitions) return;
      isAssigned = true;
      start(idleMs);
    },
    reset() {
      isAssigned = true;
      if (idleMs !== undefined) start(idleMs);
    },
    end: () => timer?.cancel(),
  };
}
