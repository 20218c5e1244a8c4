import type { Clock } from '@sluice/kernel/clock';
import { NetworkError, type ShareConsumerError } from './errors.ts';

/** Joining takes several requests, and the group's coordinator may have to be made first. */
const JOIN_PATIENCE = 3;

/** Whether the group has taken a member in. */
export interface Joining {
  onJoined(): void;
  /** It never will. */
  onFailed(error: ShareConsumerError): void;
  /** Settles as `started` or, before that, with the failure. */
  unlessFailed(started: Promise<void>): Promise<void>;
  /** The member goes on trying when the time is over, for whoever asks next. */
  inTime(): Promise<void>;
}

export function createJoining(clock: Clock, groupId: string, timeoutMs: number): Joining {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Whether anybody waits for it or not.
  promise.catch(() => {});

  return {
    onJoined: resolve,
    onFailed: reject,
    unlessFailed: (started) => Promise.race([started, promise]),
    async inTime() {
      const late = Promise.withResolvers<never>();
      const patienceMs = timeoutMs * JOIN_PATIENCE;
      const timer = clock.setTimer(patienceMs, () => {
        late.reject(new NetworkError(`the group ${groupId} did not answer within ${patienceMs / 1000} s`));
      });
      await Promise.race([promise, late.promise]).finally(() => timer.cancel());
    },
  };
}
