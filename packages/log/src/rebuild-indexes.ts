import { withExistingFile } from './file-cache.ts';
import { type RebuildOptions, rebuildProducers } from './producer-snapshots.ts';
import { createProducerState } from './producer-state.ts';
import { scanSegment } from './scan-segment.ts';
import { createSegment, emptyIndexes, logPath, type Segment, type SegmentIndexes } from './segment.ts';
import { isUncertain, uncertainFault } from './txn-index.ts';

export interface RebuiltIndexes {
  readonly indexes: SegmentIndexes;
  /** Why they end before the log does. */
  readonly fault: string | undefined;
  readonly position: number;
}

/** The indexes of a segment by what its log says; changes neither. */
export async function rebuildIndexes(segment: Segment, options: RebuildOptions): Promise<RebuiltIndexes> {
  const producers = createProducerState();
  await rebuildProducers(producers, segment.baseOffset, options);
  // A stand-in: the scan must not touch what appends and reads use.
  const scanned = createSegment({ ...segment, sizeBytes: 0 });
  const indexes = emptyIndexes(segment.baseOffset);
  const next = options.segments.find(({ baseOffset }) => baseOffset > segment.baseOffset);
  const end = await withExistingFile(options.files, logPath(segment), (file) =>
    scanSegment({
      file,
      segment: scanned,
      fileSizeBytes: segment.writtenSizeBytes,
      indexes,
      config: options.config,
      producers,
      epochs: undefined,
      nextOffset: segment.baseOffset,
      gapsBelow: Number.POSITIVE_INFINITY,
      endOffset: next?.baseOffset ?? Number.POSITIVE_INFINITY,
    }),
  );
  if (scanned.maxTimestamp !== undefined) indexes.times.appendIfLarger(scanned.maxTimestamp);
  const uncertain = indexes.abortedTxns.find((txn) => isUncertain(txn, producers.uncertainBelow));
  const fault = end.fault ?? (uncertain === undefined ? undefined : uncertainFault(uncertain));
  return { indexes, fault, position: end.position };
}
