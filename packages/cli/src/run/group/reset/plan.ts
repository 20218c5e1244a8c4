import type { TopicPartition } from '@sluice/client/topic-partition';
import type { ResetTarget } from './reset-target.ts';

/** What is known of a partition when its new offset is decided. */
export interface PartitionFacts extends TopicPartition {
  /** What the group has committed; null when nothing. */
  readonly current: number | null;
  /** Of a share group: how many records are not done from `current` on, as far as the broker says. */
  readonly lag?: number | null;
  readonly startOffset: number;
  readonly endOffset: number;
  /** For a time: the first record at or after it, −1 when there is none. */
  readonly found?: number;
  /** For a file: what stands in it. */
  readonly wanted?: number;
}

export interface PlannedReset extends PartitionFacts {
  readonly offset: number;
  /** Why it is not what was asked for. */
  readonly warning: string | null;
}

/** New offsets by the rules of Kafka's own tool; null for a partition that cannot be moved so: it has no commit. */
export function planReset(target: ResetTarget, facts: PartitionFacts): PlannedReset | null {
  switch (target.kind) {
    case 'earliest':
      return planned(facts, facts.startOffset);
    case 'latest':
      return planned(facts, facts.endOffset);
    case 'current':
      return stayed(facts);
    case 'offset':
      return clamped(facts, target.offset);
    case 'shift':
      return facts.current === null ? null : clamped(facts, facts.current + target.by);
    case 'time':
      if (facts.found !== undefined && facts.found >= 0) return planned(facts, facts.found);
      return planned(facts, facts.endOffset, 'no record is that new: the end is taken');
    case 'file':
      return clamped(facts, facts.wanted ?? facts.endOffset);
  }
}

/** Where it is, it stays, even outside of the log. What a share group has done behind its start must not come again. */
function stayed(facts: PartitionFacts): PlannedReset {
  const { current, endOffset, lag } = facts;
  if (current === null || lag === 0) return planned(facts, endOffset);
  const doneCount = typeof lag === 'number' ? endOffset - current - lag : 0;
  const again = doneCount === 1 ? '1 record that is done is' : `${doneCount} records that are done are`;
  return planned(facts, current, doneCount > 0 ? `${again} taken again from there on` : null);
}

function clamped(facts: PartitionFacts, wanted: number): PlannedReset {
  const { startOffset, endOffset } = facts;
  if (wanted > endOffset) return planned(facts, endOffset, `${wanted} is behind the end: ${endOffset} is taken`);
  if (wanted < startOffset) {
    return planned(facts, startOffset, `${wanted} is before the first record: ${startOffset} is taken`);
  }
  return planned(facts, wanted);
}

function planned(facts: PartitionFacts, offset: number, warning: string | null = null): PlannedReset {
  return { ...facts, offset, warning };
}
