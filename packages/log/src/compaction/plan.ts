import type { Offset, TimestampMs } from '@sluice/kernel/ids';
import { type LogState, lastStableOffset, segmentsBetween } from '../log-state.ts';
import type { LogConfig } from '../partition-log.ts';
import type { Segment } from '../segment.ts';

/** What could be compacted now, and how much it calls for it. */
export interface CompactionPlan {
  /** Everything below was compacted before. */
  readonly firstDirtyOffset: Offset;
  /** Nothing at or above is touched: too young, not durable, not decided, or still written to. */
  readonly firstUncleanableOffset: Offset;
  /** Of the bytes below the uncleanable ones, those that were never compacted. */
  readonly dirtyRatio: number;
  readonly dirtySizeBytes: number;
  /** By how much the oldest dirty record has waited beyond `max.compaction.lag.ms`. */
  readonly delayMs: number;
  readonly isDue: boolean;
}

export interface PlanInput {
  readonly state: LogState;
  /** Where the last compaction ended; it may be stale. */
  readonly cleanedOffset: Offset;
  /** Below it segments are durable, and a recovery does not look at them. */
  readonly recoveryPoint: Offset;
  /** The earliest that it may be: see `ClockWindow`. */
  readonly nowMs: TimestampMs;
}

/** Kafka's rules for when a log is compacted, and how far. */
export function planCompaction({ state, cleanedOffset, recoveryPoint, nowMs }: PlanInput): CompactionPlan {
  const { config, segments } = state;
  // A log that was truncated or deleted from since is as dirty as can be.
  const isStale = cleanedOffset < state.logStartOffset || cleanedOffset > state.logEndOffset;
  const firstDirtyOffset = isStale ? state.logStartOffset : cleanedOffset;
  const firstUncleanableOffset = Math.max(
    firstDirtyOffset,
    uncleanableFrom(state, firstDirtyOffset, recoveryPoint, nowMs),
  );
  // A segment that is partly dirty (there was no memory for all of its keys, or its start was deleted) counts as dirty.
  const isNothing = firstUncleanableOffset === firstDirtyOffset;
  const dirty = isNothing ? [] : segmentsBetween(segments, firstDirtyOffset, firstUncleanableOffset);
  const dirtyBytes = totalSize(dirty);
  const cleanBytes = totalSize(segmentsBetween(segments, 0, dirty[0]?.baseOffset ?? firstDirtyOffset));
  const dirtyRatio = dirtyBytes === 0 ? 0 : dirtyBytes / (cleanBytes + dirtyBytes);
  const delayMs = dirtyBytes > 0 ? delayOf(dirty, config, nowMs) : 0;
  return {
    firstDirtyOffset,
    firstUncleanableOffset,
    dirtyRatio,
    dirtySizeBytes: dirtyBytes,
    delayMs,
    isDue: dirtyRatio > 0 && (delayMs > 0 || dirtyRatio > config.cleanableDirtyRatioMin),
  };
}

function uncleanableFrom(state: LogState, dirty: Offset, recoveryPoint: Offset, nowMs: TimestampMs): Offset {
  const { segments, config } = state;
  const stable = Math.min(lastStableOffset(state), recoveryPoint);
  const first = segments.findIndex((segment, index) => {
    const next = segments[index + 1];
    if (next === undefined || next.baseOffset > stable) return true;
    // What was compacted before may be so again, however young it is.
    if (config.compactionLagMsMin <= 0 || next.baseOffset <= dirty) return false;
    // Where no record has a timestamp, its last write counts.
    const largestMs = segment.maxTimestamp?.timestampMs ?? segment.createdMs;
    return largestMs > nowMs - config.compactionLagMsMin;
  });
  return segments[first]?.baseOffset ?? state.logStartOffset;
}

/** `max.compaction.lag.ms`: the oldest dirty record must not wait for longer, however clean the log is. */
function delayOf(dirty: readonly Segment[], config: LogConfig, nowMs: TimestampMs): number {
  const delaysMs = dirty.map(({ firstTimestampMs, createdMs }) => {
    const isStamped = firstTimestampMs !== undefined && firstTimestampMs > 0;
    return nowMs - (isStamped ? firstTimestampMs : createdMs) - config.compactionLagMsMax;
  });
  return Math.max(0, ...delaysMs);
}

export function totalSize(segments: readonly Segment[]): number {
  return segments.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
}
