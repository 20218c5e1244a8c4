import type { Clock } from '@sluice/kernel/clock';
import type { Membership } from './membership.ts';
import type { Progress } from './progress.ts';

/** Kafka's `auto.commit.interval.ms`. */
export const COMMIT_INTERVAL_MS = 5_000;

export interface Committer {
  /** Commits when the last time was long enough ago. A failure is tried again the next time. */
  whenDue(): Promise<void>;
  /** Commits what is done now, if it is more than before. Calls share a commit that is under way. */
  now(): Promise<void>;
}

export function createCommitter(clock: Clock, membership: () => Membership | undefined, progress: Progress): Committer {
  let lastMs = clock.monotonicMs();
  let underWay: Promise<void> | undefined;

  async function commit(): Promise<void> {
    lastMs = clock.monotonicMs();
    const offsets = progress.uncommitted();
    const member = membership();
    if (offsets.length === 0 || member === undefined) return;
    await member.commit(offsets);
    progress.committed(offsets);
  }

  function now(): Promise<void> {
    underWay ??= commit().finally(() => {
      underWay = undefined;
    });
    return underWay;
  }

  return {
    async whenDue() {
      if (clock.monotonicMs() - lastMs >= COMMIT_INTERVAL_MS) await now().catch(() => {});
    },
    now,
  };
}
