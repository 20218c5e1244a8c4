import type { Offset } from '@sluice/kernel/ids';
import { type FileCache, withExistingFile } from './file-cache.ts';
import type { IndexLoader } from './index-loader.ts';
import { activeSegment, type LogState, segmentIndexOf } from './log-state.ts';
import { logPath, type Segment, type SegmentIndexes } from './segment.ts';
import { walkHeaders } from './walk-file.ts';

/** Where to read on. */
export interface Located {
  readonly segment: Segment;
  readonly position: number;
  /** No batch from there on starts below it. */
  readonly minOffset: Offset;
}

/**
 * The batch that holds `offset`, or the first one behind it where compaction took it out; `undefined` at the end of
 * what is written. A text says why it cannot be found.
 */
export async function locateBatch(
  offset: Offset,
  state: LogState,
  files: FileCache,
  loader: IndexLoader,
): Promise<Located | string | undefined> {
  for (let index = Math.max(0, segmentIndexOf(state.segments, offset)); ; index++) {
    const segment = state.segments[index];
    if (segment === undefined) return undefined;
    let located = await locateInSegment(offset, segment, await loader.load(segment), files);
    if (located === 'index' && segment !== activeSegment(state)) {
      const rebuilt = await loader.rebuild(segment, '.index');
      located = await locateInSegment(offset, segment, rebuilt, files);
    }
    if (located === 'index') return `${logPath(segment)} does not agree with its index`;
    if (located !== undefined) return located;
  }
}

/** `'index'`: an entry does not name a batch that is there. */
async function locateInSegment(
  offset: Offset,
  segment: Segment,
  indexes: SegmentIndexes,
  files: FileCache,
): Promise<Located | string | undefined> {
  const entry = indexes.offsets.lookup(offset);
  const end = segment.writtenSizeBytes;
  if (entry.position >= end) return undefined;
  let found: Located | undefined;
  let isFirst = true;
  let isIndexWrong = false;
  let minOffset = segment.baseOffset;
  const walked = await withExistingFile(files, logPath(segment), (file) =>
    walkHeaders(file, entry.position, end, (batch) => {
      if (isFirst && entry.batchLastOffset !== undefined && batch.lastOffset !== entry.batchLastOffset) {
        isIndexWrong = true;
        return 'stop';
      }
      if (batch.baseOffset < minOffset) return { fault: `offset ${batch.baseOffset} behind ${minOffset}` };
      if (batch.lastOffset >= offset) {
        found = { segment, position: batch.position, minOffset };
        return 'stop';
      }
      isFirst = false;
      minOffset = batch.lastOffset + 1;
      return 'next';
    }),
  );
  if (isIndexWrong || (walked.fault !== undefined && isFirst && entry.batchLastOffset !== undefined)) return 'index';
  if (found !== undefined) return found;
  return walked.fault === undefined
    ? undefined
    : `${logPath(segment)} is corrupt at ${walked.position}: ${walked.fault}`;
}
