import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import { readInt64 } from '@sluice/protocol/records/int64';
import type { BatchInfo } from '../batch-info.ts';
import { OFFSET_INDEX_SUFFIX, TIME_INDEX_SUFFIX } from '../file-names.ts';
import { checkOffsetIndex, OFFSET_INDEX_ENTRY_SIZE_BYTES } from '../offset-index.ts';
import type { Segment } from '../segment.ts';
import { segmentPath } from '../segment.ts';
import { checkTimeIndex, TIME_INDEX_ENTRY_SIZE_BYTES } from '../time-index.ts';

export interface IndexFault {
  readonly suffix: string;
  readonly isMissing: boolean;
  readonly what: string;
}

/** Holds the entries of a segment's `.index` and `.timeindex` against its batches, as these come along. */
export interface IndexCheck {
  onBatch(batch: BatchInfo): void;
  /** What was found wrong: at most one of each file. */
  faults(): IndexFault[];
}

export interface IndexCheckOptions {
  readonly disk: Disk;
  readonly segment: Segment;
  readonly logSizeBytes: number;
  /**
   * Sluice's entries name a batch's last offset. Those of older Kafkas may name any offset of what was appended at once,
   * or the record that has the timestamp.
   */
  readonly isStrict: boolean;
}

export async function createIndexCheck(options: IndexCheckOptions): Promise<IndexCheck> {
  const { disk, segment } = options;
  const offsets = await disk.readFile(segmentPath(segment, OFFSET_INDEX_SUFFIX));
  const times = await disk.readFile(segmentPath(segment, TIME_INDEX_SUFFIX));
  const checks = [offsetCheck(offsets, options), timeCheck(times, options)];
  return {
    onBatch(batch) {
      for (const check of checks) check.onBatch(batch);
    },
    faults: () => checks.map((check) => check.fault()).filter((fault) => fault !== undefined),
  };
}

interface FileCheck {
  onBatch(batch: BatchInfo): void;
  fault(): IndexFault | undefined;
}

function missing(suffix: string): FileCheck {
  return { onBatch() {}, fault: () => ({ suffix, isMissing: true, what: 'the file is not there' }) };
}

function offsetCheck(content: Buffer | undefined, options: IndexCheckOptions): FileCheck {
  const suffix = OFFSET_INDEX_SUFFIX;
  if (content === undefined) return missing(suffix);
  const { entryCount, isWhole } = checkOffsetIndex(content, options.logSizeBytes);
  let what = isWhole ? undefined : describeBrokenOffsets(content, entryCount, options.logSizeBytes);
  let next = 0;
  const positionOf = (entry: number) => content.readInt32BE(entry * OFFSET_INDEX_ENTRY_SIZE_BYTES + 4);
  return {
    onBatch(batch) {
      if (next >= entryCount || positionOf(next) > batch.position) return;
      for (; next < entryCount && positionOf(next) < batch.position; next++) {
        what ??= `entry ${next} points into the middle of a batch (position ${positionOf(next)})`;
      }
      if (next >= entryCount || positionOf(next) !== batch.position) return;
      const offset = options.segment.baseOffset + content.readInt32BE(next * OFFSET_INDEX_ENTRY_SIZE_BYTES);
      const isRight = options.isStrict ? offset === batch.lastOffset : offset >= batch.baseOffset;
      if (!isRight) {
        what ??= `entry ${next} says offset ${offset}, where the batch ${batch.baseOffset}–${batch.lastOffset} is`;
      }
      next++;
    },
    fault() {
      if (next < entryCount) what ??= `entry ${next} points behind the last batch (position ${positionOf(next)})`;
      return what === undefined ? undefined : { suffix, isMissing: false, what };
    },
  };
}

function describeBrokenOffsets(content: Buffer, entryCount: number, logSizeBytes: number): string {
  const at = entryCount * OFFSET_INDEX_ENTRY_SIZE_BYTES;
  if (at + OFFSET_INDEX_ENTRY_SIZE_BYTES > content.length) return 'its size is no whole number of entries';
  const position = content.readInt32BE(at + 4);
  return position >= logSizeBytes
    ? `entry ${entryCount} points to position ${position}, but the log has ${logSizeBytes} bytes`
    : `entry ${entryCount} is out of order`;
}

function timeCheck(content: Buffer | undefined, options: IndexCheckOptions): FileCheck {
  const suffix = TIME_INDEX_SUFFIX;
  if (content === undefined) return missing(suffix);
  const { entryCount, isWhole } = checkTimeIndex(content);
  let what = isWhole ? undefined : `entry ${entryCount} is out of order, or cut off`;
  let next = 0;
  const offsetOf = (entry: number): Offset =>
    options.segment.baseOffset + content.readInt32BE(entry * TIME_INDEX_ENTRY_SIZE_BYTES + 8);
  return {
    onBatch(batch) {
      for (; next < entryCount && offsetOf(next) <= batch.lastOffset; next++) {
        const timestampMs = readInt64(content, next * TIME_INDEX_ENTRY_SIZE_BYTES);
        const offset = offsetOf(next);
        const isThere = options.isStrict ? offset === batch.lastOffset : offset >= batch.baseOffset;
        if (!isThere || timestampMs !== batch.maxTimestampMs) {
          what ??= `entry ${next} says timestamp ${timestampMs} at offset ${offset}, which the log does not have there`;
        }
      }
    },
    fault() {
      if (next < entryCount) what ??= `entry ${next} names offset ${offsetOf(next)}, behind the last batch`;
      return what === undefined ? undefined : { suffix, isMissing: false, what };
    },
  };
}
