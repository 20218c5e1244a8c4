import type { Offset } from '@sluice/kernel/ids';
import type { PartitionLog } from './partition-log.ts';

/**
 * What has to survive a crash if a batch of another log does: everything below the offset. Markers of a transaction must
 * not outlive the decision that it ended, nor its records what says that it began.
 */
export interface Prerequisite {
  readonly log: Pick<PartitionLog, 'topic' | 'partition' | 'durableOffset' | 'onDurable' | 'commitGroup'>;
  readonly offset: Offset;
}

export const NO_PREREQUISITES: readonly Prerequisite[] = [];

export function isMet({ log, offset }: Prerequisite): boolean {
  return log.durableOffset >= offset;
}

/** Whether a batch with this prerequisite may be appended to the log now: a journal makes both durable together. */
export function mayFollow(log: Pick<PartitionLog, 'commitGroup'>, { log: other }: Prerequisite): boolean {
  return log.commitGroup !== undefined && log.commitGroup === other.commitGroup;
}

/** Settles with the reason if the log failed first. */
export function untilMet({ log, offset }: Prerequisite): Promise<string | undefined> {
  return new Promise((resolve) => log.onDurable(offset, resolve));
}
