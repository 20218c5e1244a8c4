import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import type { BatchInfo } from '../batch-info.ts';
import type { ProducerState } from '../producer-state.ts';
import { replayBatch } from '../scan-segment.ts';
import { logPath, type Segment } from '../segment.ts';
import type { AbortedTxn } from '../txn-index.ts';
import { checkRecords } from './check-records.ts';
import type { EpochCheck } from './epoch-check.ts';
import { createIndexCheck, type IndexFault } from './index-check.ts';
import { gapsExplainedBelow, mayHaveGaps, type PartitionFacts } from './partition-facts.ts';
import { checkTxnIndex } from './txn-check.ts';
import { type DamagedWalk, walkDamaged } from './walk-damaged.ts';

/** Batches whose records cannot be decoded are listed up to this many. */
const UNDECODABLE_MAX = 8;

export interface UndecodableBatch {
  readonly batch: BatchInfo;
  readonly fault: string;
}

/** What one pass over a segment's bytes showed. */
export interface SegmentCheck {
  readonly segment: Segment;
  readonly isLast: boolean;
  readonly walk: DamagedWalk;
  readonly indexFaults: readonly IndexFault[];
  readonly undecodable: readonly UndecodableBatch[];
  readonly undecodableCount: number;
}

export interface SegmentCheckOptions {
  readonly disk: Disk;
  readonly facts: PartitionFacts;
  readonly segment: Segment;
  readonly isLast: boolean;
  /** Where the next segment begins; Infinity behind the last one. */
  readonly offsetEnd: Offset;
  /** The state as of the segment's start; the check moves it to its end. */
  readonly producers: ProducerState;
  /** The first offset that `producers` knows all of. */
  readonly producersKnownFrom: Offset;
  readonly epochs: EpochCheck;
  onBytes(sizeBytes: number): Promise<void> | undefined;
}

export async function checkSegment(options: SegmentCheckOptions): Promise<SegmentCheck> {
  const { disk, facts, segment, isLast, offsetEnd, producers, epochs } = options;
  const indexes = await createIndexCheck({
    disk,
    segment,
    logSizeBytes: segment.sizeBytes,
    isStrict: facts.isOurs,
  });
  const aborted: AbortedTxn[] = [];
  const undecodable: UndecodableBatch[] = [];
  let undecodableCount = 0;

  function onBatch(batch: BatchInfo, buffer: Buffer, at: number): void {
    indexes.onBatch(batch);
    epochs.onBatch(batch, segment.baseOffset);
    const txn = replayBatch(producers, buffer, at, batch);
    if (txn !== undefined) aborted.push(txn);
    if (!facts.isDeep && facts.decoder === undefined) return;
    const fault = checkRecords(buffer, at, batch, facts.decoder);
    if (fault === undefined) return;
    undecodableCount++;
    if (undecodable.length < UNDECODABLE_MAX) undecodable.push({ batch, fault });
  }

  const file = await disk.open(logPath(segment), 'read');
  let walk: DamagedWalk;
  try {
    walk = await walkDamaged({
      file,
      sizeBytes: segment.sizeBytes,
      baseOffset: segment.baseOffset,
      offsetEnd,
      endOffset: isLast && facts.provedEnd > 0 ? facts.provedEnd : undefined,
      gapsExplainedBelow: gapsExplainedBelow(facts),
      onBatch,
      onBytes: options.onBytes,
    });
  } finally {
    await file.close();
  }
  return { segment, isLast, walk, indexFaults: await indexFaults(), undecodable, undecodableCount };

  async function indexFaults(): Promise<IndexFault[]> {
    // Indexes of a damaged log are made again once it is whole.
    if (walk.badRanges.length > 0) return [];
    const txn = await checkTxnIndex({
      disk,
      segment,
      aborted,
      isCompacted: mayHaveGaps(facts),
      nextOffset: walk.nextOffset,
      knownFrom: options.producersKnownFrom,
      isActive: isLast,
    });
    const found = txn === undefined ? indexes.faults() : [...indexes.faults(), txn];
    // What a broker holds in memory of its active segment is not on disk until a checkpoint.
    const isNeeded = !isLast || (segment.sizeBytes > 0 && (facts.recoveryPoint ?? 0) > segment.baseOffset);
    return isNeeded ? found : found.filter((fault) => !fault.isMissing);
  }
}
