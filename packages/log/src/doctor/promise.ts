import type { Offset } from '@sluice/kernel/ids';
import type { OffsetRange } from './finding.ts';
import type { PartitionFacts } from './partition-facts.ts';

/** "offset 5", "offsets 5–9 (5 in all)" */
export function describeOffsets({ from, to }: OffsetRange): string {
  if (from === to) return `offset ${from}`;
  return `offsets ${from}–${to} (${to - from + 1} in all)`;
}

/** Whether somebody was promised the records at these offsets. */
export function describePromise(range: OffsetRange, facts: PartitionFacts): string {
  const { provedEnd, hasCleanMark } = facts;
  if (hasCleanMark || range.to < provedEnd) {
    return 'They were acknowledged: the broker had them on disk.';
  }
  if (range.from < provedEnd) {
    return `Those below ${provedEnd} were acknowledged and on disk; of the others that is not known.`;
  }
  return 'They came after the last checkpoint: they may or may not have been acknowledged.';
}

/** Of bytes at the end of a log that are no batch, nothing before them being missing. */
export function describeTailPromise(fromOffset: Offset, { isOurs }: PartitionFacts): string {
  return isOurs
    ? `Nothing below offset ${fromOffset} is touched. A write that a crash cut off looks like this: what was ` +
        'acknowledged with acks=all was whole on disk before, what was acknowledged with acks=1 need not have been.'
    : `Nothing below offset ${fromOffset} is touched. A write that a crash cut off looks like this; Kafka's ` +
        'acknowledgements do not wait for the disk, so these records may have been acknowledged.';
}
