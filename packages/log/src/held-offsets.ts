import type { Offset } from '@sluice/kernel/ids';
import { partitionName } from './partition-name.ts';

interface PartitionId {
  readonly topic: string;
  readonly partition: number;
}

type HeldOffset = PartitionId & { readonly offset: Offset };

/**
 * Checkpointed offsets of partitions that are on disk but not (or not yet) open: a checkpoint that is written meanwhile
 * must not lose them.
 */
export interface HeldOffsets {
  hold(id: PartitionId, offsets: CheckpointedOffsets): void;
  release(id: PartitionId): void;
  recoveryPoints(): HeldOffset[];
  /** Without those that are 0; −1 for one that is not known. */
  logStartOffsets(): HeldOffset[];
  /** Of those that were ever compacted. */
  cleanedOffsets(): HeldOffset[];
}

export interface CheckpointedOffsets {
  readonly recoveryPoint: Offset;
  readonly logStartOffset: Offset;
  readonly cleanedOffset: Offset | undefined;
}

export function createHeldOffsets(): HeldOffsets {
  const held = new Map<string, PartitionId & CheckpointedOffsets>();
  return {
    hold({ topic, partition }, offsets) {
      held.set(partitionName(topic, partition), { topic, partition, ...offsets });
    },
    release: ({ topic, partition }) => held.delete(partitionName(topic, partition)),
    recoveryPoints: () =>
      [...held.values()].map(({ topic, partition, recoveryPoint }) => ({ topic, partition, offset: recoveryPoint })),
    logStartOffsets: () =>
      [...held.values()]
        .filter(({ logStartOffset }) => logStartOffset !== 0)
        .map(({ topic, partition, logStartOffset }) => ({ topic, partition, offset: logStartOffset })),
    cleanedOffsets: () =>
      [...held.values()].flatMap(({ topic, partition, cleanedOffset }) =>
        cleanedOffset === undefined ? [] : [{ topic, partition, offset: cleanedOffset }],
      ),
  };
}
