import type { Offset } from '@sluice/kernel/ids';
import { type CompactionResources, type CompactionStats, type CompactLogOptions, compactLog } from './compact-log.ts';
import { type CompactionPlan, planCompaction } from './plan.ts';
import { learnSegmentTimes } from './segment-times.ts';

/** What one log knows of its compactions. */
export interface LogCompaction {
  /** Where the last one ended; `undefined` for a log that was never compacted and has no gaps. */
  readonly cleanedOffset: Offset | undefined;
  /** Knows afterwards what a plan depends on; `plan` before that takes segments of an earlier run for older than they are. */
  prepare(): Promise<void>;
  plan(): CompactionPlan;
  /** Compacts once; `undefined` if the log was cut meanwhile. Fails with `DiskError` or `CompactionError`. */
  run(plan: CompactionPlan, resources: CompactionResources): Promise<CompactionStats | undefined>;
}

/** With what only the log itself tells it. */
export interface OwnCompaction extends LogCompaction {
  /** The log is cut there: what comes at these offsets next was never compacted. True if that lowers the cleaned offset. */
  onCut(offset: Offset): boolean;
}

export function createLogCompaction(initial: Offset | undefined, options: CompactLogOptions): OwnCompaction {
  // Without accessors: see docs/decisions/parts-of-a-log.md.
  const self = {
    cleanedOffset: initial,
    prepare: () => learnSegmentTimes(self.cleanedOffset ?? 0, options),
    plan: () =>
      planCompaction({
        state: options.state,
        cleanedOffset: self.cleanedOffset ?? 0,
        recoveryPoint: options.housekeeper.recoveryPoint,
        nowMs: options.clockWindow.earliestMs(),
      }),
    async run(plan: CompactionPlan, resources: CompactionResources) {
      const markCompacted = async () => {
        self.cleanedOffset ??= 0;
        await resources.markCompacted();
      };
      const stats = await compactLog(plan, { ...resources, markCompacted }, options);
      if (stats !== undefined) self.cleanedOffset = stats.cleanedOffset;
      return stats;
    },
    onCut(offset: Offset) {
      if (self.cleanedOffset === undefined || self.cleanedOffset <= offset) return false;
      self.cleanedOffset = offset;
      return true;
    },
  };
  return self;
}
