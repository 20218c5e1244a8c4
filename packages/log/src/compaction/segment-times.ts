import type { Offset } from '@sluice/kernel/ids';
import type { FileCache } from '../file-cache.ts';
import { firstTimestampOf } from '../first-timestamp.ts';
import type { IndexLoader } from '../index-loader.ts';
import { type LogState, segmentsBetween } from '../log-state.ts';

/**
 * Reads, once, the times of dirty segments that were found on disk, as far as the topic's lags ask for them: a segment
 * that was opened again does not know how old its records are.
 */
export async function learnSegmentTimes(
  dirtyOffset: Offset,
  { state, files, indexes }: { readonly state: LogState; readonly files: FileCache; readonly indexes: IndexLoader },
): Promise<void> {
  const { compactionLagMsMin, compactionLagMsMax } = state.config;
  const needsLargest = compactionLagMsMin > 0;
  const needsFirst = compactionLagMsMax < Number.MAX_SAFE_INTEGER;
  if (!needsLargest && !needsFirst) return;
  for (const segment of segmentsBetween(state.segments, dirtyOffset, state.logEndOffset).slice(0, -1)) {
    if (segment.sizeBytes === 0) continue;
    if (needsLargest && segment.maxTimestamp === undefined) {
      segment.maxTimestamp = (await indexes.load(segment)).times.last;
    }
    if (needsFirst && segment.firstTimestampMs === undefined) {
      segment.firstTimestampMs = await firstTimestampOf(segment, files);
    }
  }
}
