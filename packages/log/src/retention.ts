import type { Clock } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { Offset, TimestampMs } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { ClockWindow } from './clock-window.ts';
import type { IndexLoader } from './index-loader.ts';
import { activeSegment, type LogState } from './log-state.ts';
import { logPath, type Segment } from './segment.ts';

export interface RetentionOptions {
  readonly state: LogState;
  readonly disk: Disk;
  readonly clock: Clock;
  /** What is too old must be so by the earliest that it may be. */
  readonly clockWindow: ClockWindow;
  readonly logger: Logger;
  readonly indexes: IndexLoader;
  readonly roll: (nowMs: TimestampMs) => void;
  readonly deleteRecordsBelow: (offset: Offset) => Promise<void>;
}

/**
 * Kafka's `retention.bytes` and `retention.ms`: takes whole segments off the log's start, oldest first, as long as each
 * is too much or too old by its largest timestamp; never one that consumers do not see whole yet. Returns the function
 * that does it now.
 */
export function createRetention(options: RetentionOptions): () => Promise<void> {
  const { state, disk, clock, logger } = options;
  /** Base offset of the segment whose time was last complained about. */
  let toldOf: Offset | undefined;

  return async function applyRetention() {
    if (!state.config.cleanupDelete || state.failure !== undefined || state.isTruncating) return;
    const nowMs = clock.now();
    const candidates = segmentsInSight();
    const count = Math.max(countBySize(candidates), await countByTime(candidates));
    const last = candidates[count - 1];
    if (state.failure !== undefined || state.isTruncating) return;
    // Cut or truncated while files were read: the next check sees it as it is then.
    if (last === undefined || !state.segments.includes(last)) return;
    if (last === activeSegment(state)) options.roll(nowMs);
    const next = state.segments[state.segments.indexOf(last) + 1];
    if (next === undefined || next.baseOffset > state.highWatermark) return;
    logger.info('old segments are deleted', { count, newLogStartOffset: next.baseOffset });
    await options.deleteRecordsBelow(next.baseOffset);
  };

  /** Those that are whole below the high watermark; an empty active segment is nothing to delete. */
  function segmentsInSight(): Segment[] {
    const end = state.segments.findIndex((segment, index) => {
      const upperBound = state.segments[index + 1]?.baseOffset ?? state.logEndOffset;
      return upperBound > state.highWatermark || (segment.sizeBytes === 0 && segment === activeSegment(state));
    });
    return end === -1 ? [...state.segments] : state.segments.slice(0, end);
  }

  function countBySize(candidates: readonly Segment[]): number {
    const { retentionSizeBytes } = state.config;
    if (retentionSizeBytes < 0) return 0;
    let excessBytes = state.segments.reduce((total, segment) => total + segment.sizeBytes, 0) - retentionSizeBytes;
    const kept = candidates.findIndex((segment) => {
      excessBytes -= segment.sizeBytes;
      return excessBytes < 0;
    });
    return kept === -1 ? candidates.length : kept;
  }

  async function countByTime(candidates: readonly Segment[]): Promise<number> {
    const { retentionMs } = state.config;
    if (retentionMs < 0) return 0;
    const nowMs = options.clockWindow.earliestMs();
    let count = 0;
    for (const [index, segment] of candidates.entries()) {
      // Emptied by compaction: it goes with the next one that is too old, and keeps none.
      if (segment.sizeBytes === 0) continue;
      const largestMs = await largestTimestampMs(segment);
      if (largestMs > clock.now())
        complain(segment, 'records from the future keep a segment from being deleted', { largestMs });
      if (!(nowMs - largestMs > retentionMs)) break;
      count = index + 1;
    }
    return count;
  }

  /** Where no record has a timestamp, the time of the last write; Infinity where it cannot be known. */
  async function largestTimestampMs(segment: Segment): Promise<TimestampMs> {
    if (segment.maxTimestamp === undefined && segment !== activeSegment(state)) {
      segment.maxTimestamp = (await options.indexes.load(segment)).times.last;
      if (segment.fault !== undefined) {
        complain(segment, 'a corrupt segment is not deleted by time', { fault: segment.fault });
        return Number.POSITIVE_INFINITY;
      }
    }
    const { maxTimestamp } = segment;
    if (maxTimestamp !== undefined && maxTimestamp.timestampMs >= 0) return maxTimestamp.timestampMs;
    return (await disk.stat(logPath(segment)))?.modifiedMs ?? Number.POSITIVE_INFINITY;
  }

  /** Once for each segment. */
  function complain(segment: Segment, what: string, fields: Readonly<Record<string, unknown>>): void {
    if (toldOf === segment.baseOffset) return;
    toldOf = segment.baseOffset;
    logger.warn(what, { path: logPath(segment), ...fields });
  }
}
