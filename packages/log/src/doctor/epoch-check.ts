import type { LeaderEpoch, Offset } from '@sluice/kernel/ids';
import type { BatchInfo } from '../batch-info.ts';
import { createLeaderEpochs, type EpochEntry } from '../leader-epochs.ts';

/** More batches that disagree than this are not listed one by one: then it is the checkpoint that is wrong. */
const DISAGREEING_BATCHES_MAX = 16;

export interface DisagreeingBatch {
  readonly batch: BatchInfo;
  readonly segmentBase: Offset;
  readonly expected: LeaderEpoch;
}

/** Holds the leader epochs of a log's checkpoint against those of its batches. */
export interface EpochCheck {
  onBatch(batch: BatchInfo, segmentBase: Offset): void;
  /** The first of them. */
  readonly disagreeing: readonly DisagreeingBatch[];
  readonly disagreeingCount: number;
  /** What the batches say, as a checkpoint would have it. */
  readonly found: readonly EpochEntry[];
  /** −1 if neither checkpoint nor batches tell. */
  epochAt(offset: Offset): LeaderEpoch;
}

/**
 * `recoveryPoint`: batches behind it may be of an epoch that had not come to the checkpoint yet when the broker died.
 * `entries` undefined: there is no checkpoint to compare with.
 */
export function createEpochCheck(entries: readonly EpochEntry[] | undefined, recoveryPoint: Offset): EpochCheck {
  const known = createLeaderEpochs(entries ?? []);
  const found = createLeaderEpochs();
  const firstKnown = known.entries[0]?.startOffset ?? Number.POSITIVE_INFINITY;
  const firstEpoch = known.entries[0]?.epoch ?? -1;
  const disagreeing: DisagreeingBatch[] = [];
  let disagreeingCount = 0;

  return {
    onBatch(batch, segmentBase) {
      const epoch = batch.leaderEpoch;
      // Kafka's batches from before there were epochs.
      if (epoch === -1) return;
      if (epoch > found.latestEpoch) found.assign(epoch, batch.baseOffset);
      if (known.entries.length === 0) return;
      const isBeforeKnown = batch.baseOffset < firstKnown;
      const expected = isBeforeKnown ? firstEpoch : known.epochAt(batch.baseOffset);
      const isOlder = isBeforeKnown && epoch >= 0 && epoch < firstEpoch;
      const isNewer = epoch > known.latestEpoch && batch.baseOffset >= recoveryPoint;
      if (epoch === expected || isOlder || isNewer) return;
      disagreeingCount++;
      if (disagreeing.length < DISAGREEING_BATCHES_MAX) disagreeing.push({ batch, segmentBase, expected });
    },
    disagreeing,
    get disagreeingCount() {
      return disagreeingCount;
    },
    get found() {
      return found.entries;
    },
    epochAt(offset) {
      const epoch = offset >= firstKnown ? known.epochAt(offset) : -1;
      return epoch >= 0 ? epoch : found.epochAt(offset);
    },
  };
}
