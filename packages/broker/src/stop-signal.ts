/** Tells everything that waits that the broker stops. */
export interface StopSignal {
  readonly isStopping: boolean;
  /** Runs `stop` once when stopping begins; returns the way to stop listening. */
  onStopping(stop: () => void): () => void;
  stop(): void;
}

export function createStopSignal(): StopSignal {
  const listeners = new Set<() => void>();
  let isStopping = false;
  return {
    get isStopping() {
      return isStopping;
    },
    onStopping(stop) {
      if (isStopping) {
        queueMicrotask(stop);
        return () => {};
      }
      listeners.add(stop);
      return () => void listeners.delete(stop);
    },
    stop() {
      isStopping = true;
      const told = [...listeners];
      listeners.clear();
      for (const stop of told) stop();
    },
  };
}
