import type { Offset } from '@sluice/kernel/ids';
import type { LogConfig } from '../partition-log.ts';
import type { Segment } from '../segment.ts';

/** Offsets are relative to the base, in 32 bits, in the indexes. */
const RELATIVE_OFFSET_MAX = 2 ** 31 - 1;

/** The sizes of a segment's index files. */
export interface IndexSizes {
  readonly offsetsSizeBytes: number;
  readonly timesSizeBytes: number;
}

/**
 * Neighbours that become one segment, by Kafka's rules: together no larger than `segment.bytes` and `segment.index.bytes`
 * let a segment be, and with offsets that the indexes can say.
 */
export function groupSegments(
  segments: readonly Segment[],
  endOffset: Offset,
  config: Pick<LogConfig, 'segmentSizeBytes' | 'segmentIndexSizeBytes'>,
  indexSizesOf: (segment: Segment) => IndexSizes,
): Segment[][] {
  const groups: Segment[][] = [];
  let group: Segment[] = [];
  let sizeBytes = 0;
  let offsetsSizeBytes = 0;
  let timesSizeBytes = 0;
  segments.forEach((segment, index) => {
    if (segment.baseOffset >= endOffset) return;
    const lastOffset = (segments[index + 1]?.baseOffset ?? endOffset) - 1;
    const indexes = indexSizesOf(segment);
    const [first] = group;
    const fits =
      first !== undefined &&
      sizeBytes + segment.sizeBytes <= config.segmentSizeBytes &&
      offsetsSizeBytes + indexes.offsetsSizeBytes <= config.segmentIndexSizeBytes &&
      timesSizeBytes + indexes.timesSizeBytes <= config.segmentIndexSizeBytes &&
      // An empty one has no offset to say: else one would stay behind every 2^31 offsets.
      (segment.sizeBytes === 0 || lastOffset - first.baseOffset <= RELATIVE_OFFSET_MAX);
    if (!fits) {
      group = [];
      sizeBytes = 0;
      offsetsSizeBytes = 0;
      timesSizeBytes = 0;
      groups.push(group);
    }
    group.push(segment);
    sizeBytes += segment.sizeBytes;
    offsetsSizeBytes += indexes.offsetsSizeBytes;
    timesSizeBytes += indexes.timesSizeBytes;
  });
  return groups;
}
