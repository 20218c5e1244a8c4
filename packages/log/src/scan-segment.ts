import type { DiskFile } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import { isCrcValid } from '@sluice/protocol/records/batch-header';
import { sequencedBatch } from './append.ts';
import { wrongCrc } from './check-batch.ts';
import { readEndTxnMarker } from './end-txn-marker.ts';
import type { LeaderEpochs } from './leader-epochs.ts';
import type { LogConfig } from './partition-log.ts';
import type { ProducerState } from './producer-state.ts';
import { addToSegment, type Segment, type SegmentIndexes } from './segment.ts';
import { type WalkEnd, walkBatches } from './walk-file.ts';

export interface ScanOptions {
  readonly file: DiskFile;
  /** Its `sizeBytes` says where the scan begins; it ends as the valid size. */
  readonly segment: Segment;
  readonly fileSizeBytes: number;
  readonly indexes: SegmentIndexes;
  readonly config: LogConfig;
  /** The state as of the scan's first batch. */
  readonly producers: ProducerState;
  readonly epochs: LeaderEpochs | undefined;
  /** What is known of the epochs below `endOffset` without this scan: a batch there of another one is damaged. */
  readonly known?: { readonly epochs: LeaderEpochs; readonly endOffset: Offset };
  /** No batch starts below it. */
  readonly nextOffset: Offset;
  /** Compaction may have taken offsets out below it. */
  readonly gapsBelow: Offset;
  /** Where the next segment begins. */
  readonly endOffset: Offset;
}

export interface ScanEnd extends WalkEnd {
  readonly nextOffset: Offset;
}

/**
 * Reads batch by batch, checking order and CRC, and builds what an append would have built: index entries, leader
 * epochs, producer state, aborted transactions. Stops at the first bad batch.
 */
export async function scanSegment(options: ScanOptions): Promise<ScanEnd> {
  const { segment, indexes, producers, epochs } = options;
  let { nextOffset } = options;
  const end = await walkBatches(options.file, segment.sizeBytes, options.fileSizeBytes, (batch, buffer, at) => {
    const isGap = batch.baseOffset > nextOffset && batch.baseOffset <= options.gapsBelow;
    if ((batch.baseOffset !== nextOffset && !isGap) || batch.lastOffset >= options.endOffset) {
      return { fault: `offset ${batch.baseOffset} where ${nextOffset} was expected` };
    }
    if (!isCrcValid(buffer, at)) return { fault: wrongCrc(batch) };
    const epoch = batch.leaderEpoch;
    if (epochs !== undefined) {
      const known = knownEpoch(options, batch.lastOffset);
      if (known !== -1 && epoch !== known) return { fault: `leader epoch ${epoch} instead of ${known}` };
      const latest = epochs.isTrusted ? epochs.epochAt(batch.lastOffset) : -1;
      if (epoch >= 0 && epoch < latest) return { fault: `leader epoch ${epoch} after ${latest}` };
      if (epoch > epochs.latestEpoch) epochs.assign(epoch, batch.baseOffset);
    }
    addToSegment(segment, indexes, batch, options.config);
    const aborted = replayBatch(producers, buffer, at, batch);
    if (aborted !== undefined) indexes.abortedTxns.push(aborted);
    nextOffset = batch.lastOffset + 1;
    return 'next';
  });
  return { ...end, nextOffset };
}

/** −1 if unknown, as of what lies below the log's start: its first epoch begins there. */
function knownEpoch({ known }: ScanOptions, offset: Offset): number {
  return known?.epochs.isTrusted === true && offset < known.endOffset ? known.epochs.epochAt(offset) : -1;
}

/** Brings the producer state past one batch of the log. */
export function replayBatch(
  producers: ProducerState,
  buffer: Buffer,
  at: number,
  batch: { readonly baseOffset: Offset; readonly lastOffset: Offset; readonly maxTimestampMs: number },
) {
  const sequenced = sequencedBatch(buffer, at);
  if (sequenced !== undefined) producers.apply(sequenced, batch.baseOffset, batch.lastOffset, batch.maxTimestampMs);
  const marker = readEndTxnMarker(buffer, at);
  producers.endOffset = batch.lastOffset + 1;
  return marker === undefined ? undefined : producers.applyMarker(marker, batch.baseOffset);
}
