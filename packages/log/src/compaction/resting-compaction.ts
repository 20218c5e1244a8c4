import type { Offset } from '@sluice/kernel/ids';
import type { KnownLog } from '../known-log.ts';
import type { LogCompaction } from './log-compaction.ts';
import type { CompactionPlan } from './plan.ts';

/** What a log at rest knows of its compactions: whether there may be something to compact. Only then its files are read. */
export function createRestingCompaction(known: KnownLog, awake: () => Promise<LogCompaction>): LogCompaction {
  const { cleanedOffset, logStartOffset, logEndOffset, sizeBytes } = known;
  return {
    cleanedOffset,
    async prepare() {
      if (sizeBytes > 0 && (cleanedOffset ?? 0) < logEndOffset) await (await awake()).prepare();
    },
    plan: () => nothingToCompact(cleanedOffset ?? logStartOffset),
    run: async (plan, resources) => (await awake()).run(plan, resources),
  };
}

function nothingToCompact(cleanedOffset: Offset): CompactionPlan {
  return {
    firstDirtyOffset: cleanedOffset,
    firstUncleanableOffset: cleanedOffset,
    dirtyRatio: 0,
    dirtySizeBytes: 0,
    delayMs: 0,
    isDue: false,
  };
}
