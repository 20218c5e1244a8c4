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
  hold(id: PartitionId, recoveryPoint: Offset, logStartOffset: Offset): void;
  release(id: PartitionId): void;
  recoveryPoints(): HeldOffset[];
  /** Without those that are 0. */
  logStartOffsets(): HeldOffset[];
}

export function createHeldOffsets(): HeldOffsets {
  const held = new Map<string, PartitionId & { recoveryPoint: Offset; logStartOffset: Offset }>();
  return {
    hold({ topic, partition }, recoveryPoint, logStartOffset) {
      held.set(partitionName(topic, partition), { topic, partition, recoveryPoint, logStartOffset });
    },
    release: ({ topic, partition }) => held.delete(partitionName(topic, partition)),
    recoveryPoints: () =>
      [...held.values()].map(({ topic, partition, recoveryPoint }) => ({ topic, partition, offset: recoveryPoint })),
    logStartOffsets: () =>
      [...held.values()]
        .filter(({ logStartOffset }) => logStartOffset > 0)
        .map(({ topic, partition, logStartOffset }) => ({ topic, partition, offset: logStartOffset })),
  };
}
