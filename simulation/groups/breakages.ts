import type { GroupShard } from '@sluice/coordinator/group/group-shard';
import type { Breakage } from './canaries.ts';

/** Commits are answered, and never reach the log. */
export function offsetsInMemory(): Breakage {
  return {
    breakShard: (shard: GroupShard): GroupShard => ({
      ...shard,
      commitOffsets(request, context, now, pending) {
        const step = shard.commitOffsets(request, context, now, pending);
        for (const record of step.records) {
          shard.apply(record, {
            offset: 0,
            timestampMs: now,
            producerId: -1,
            producerEpoch: -1,
            isTransactional: false,
          });
        }
        return { ...step, records: [] };
      },
    }),
  };
}

/** Timers with keys that begin so never fire. */
export function withoutTimers(prefix: string): Breakage {
  return {
    breakEnvironment: ({ timers, ...environment }) => ({
      ...environment,
      timers: {
        ...timers,
        set(key, delayMs, action) {
          if (!key.startsWith(prefix)) timers.set(key, delayMs, action);
        },
      },
    }),
  };
}
