import type { Uuid } from '@sluice/kernel/ids';
import type { AcknowledgementBatchInput } from '@sluice/protocol/generated/messages/share-acknowledge-request';
import type { Acknowledgement } from './acknowledgement.ts';
import type { TakenPartition } from './pending-acknowledgements.ts';

/** The form of both requests that carry acknowledgements. */
export interface AcknowledgementTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly {
    readonly partitionIndex: number;
    readonly acknowledgementBatches: readonly AcknowledgementBatchInput[];
  }[];
}

export function acknowledgementTopics(partitions: readonly TakenPartition[]): AcknowledgementTopic[] {
  return [...Map.groupBy(partitions, ({ place }) => place.topicId)].map(([topicId, ofTopic]) => ({
    topicId,
    partitions: ofTopic.map(({ place, acknowledgements }) => ({
      partitionIndex: place.partition,
      acknowledgementBatches: acknowledgementBatches(acknowledgements),
    })),
  }));
}

/** Runs of offsets of which the same is said; they are in order and do not overlap. */
export function acknowledgementBatches(acknowledgements: readonly Acknowledgement[]): AcknowledgementBatchInput[] {
  const runs: { firstOffset: number; lastOffset: number; readonly acknowledgeTypes: readonly number[] }[] = [];
  for (const { firstOffset, lastOffset, type } of acknowledgements) {
    const run = runs.at(-1);
    if (run !== undefined && run.lastOffset + 1 === firstOffset && run.acknowledgeTypes[0] === type) {
      run.lastOffset = lastOffset;
    } else runs.push({ firstOffset, lastOffset, acknowledgeTypes: [type] });
  }
  return runs;
}
