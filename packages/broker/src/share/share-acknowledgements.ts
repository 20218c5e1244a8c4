import { ACKNOWLEDGE_TYPES } from '@sluice/coordinator/share-partition/acknowledge';
import type { Offset, Uuid } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { isHosted, type Partitions } from '../partitions/hosted-partition.ts';
import { type ShareOutcome, WRITTEN } from './share-outcome.ts';
import type { SharePartitions } from './share-partitions.ts';
import type { TopicIdPartition } from './share-session.ts';

/** As in both requests that carry them. */
export interface AcknowledgedTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly {
    readonly partitionIndex: number;
    readonly acknowledgementBatches: readonly AcknowledgementBatch[];
  }[];
}

interface AcknowledgementBatch {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  readonly acknowledgeTypes: readonly number[];
}

export interface AcknowledgeOptions {
  readonly groupId: string;
  readonly memberId: string;
  /** Version 2: locks may be renewed. */
  readonly knowsRenew: boolean;
  /** The request says that it renews locks. */
  readonly isRenewAck: boolean;
}

export interface AcknowledgedPartition extends TopicIdPartition, ShareOutcome {}

/** How it went for each partition, in the order of the request, once all of it is written. */
export function acknowledgeAll(
  topics: readonly AcknowledgedTopic[],
  options: AcknowledgeOptions,
  { shares, partitions }: { readonly shares: SharePartitions; readonly partitions: Partitions },
): Promise<AcknowledgedPartition[]> {
  const { groupId, memberId } = options;
  let isAnyAsked = false;

  function acknowledge(topicId: Uuid, partition: number, batches: readonly AcknowledgementBatch[]) {
    const found = partitions.byId(topicId, partition);
    if (!isHosted(found) && found.errorCode === ErrorCode.UNKNOWN_TOPIC_ID) return failed(found.errorCode);
    if (!areValid(batches, options)) return failed(ErrorCode.INVALID_REQUEST);
    if (!isHosted(found) && found.errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) return failed(found.errorCode);
    if (batches.length === 0) return undefined;
    isAnyAsked = true;
    const live = shares.get(groupId, topicId, partition);
    if (live === undefined) return failed(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'The group has not fetched it here.');
    return live.acknowledge(
      memberId,
      batches.map(({ firstOffset, lastOffset, acknowledgeTypes }) => ({
        firstOffset,
        lastOffset,
        types: acknowledgeTypes,
      })),
    );
  }

  const outcomes = topics.flatMap(({ topicId, partitions: ofTopic }) =>
    ofTopic.map(({ partitionIndex, acknowledgementBatches }) => {
      const outcome = acknowledge(topicId, partitionIndex, acknowledgementBatches);
      return { topicId, partition: partitionIndex, outcome };
    }),
  );
  // As in Kafka: partitions that nothing is said of are answered only beside others.
  const answered = outcomes.filter(({ outcome }) => outcome !== undefined || isAnyAsked);
  return Promise.all(
    answered.map(async ({ topicId, partition, outcome }) => ({ topicId, partition, ...((await outcome) ?? WRITTEN) })),
  );
}

/** What can be said without a look at the state. */
function areValid(batches: readonly AcknowledgementBatch[], { knowsRenew, isRenewAck }: AcknowledgeOptions): boolean {
  const typeMax = knowsRenew ? ACKNOWLEDGE_TYPES.renew : ACKNOWLEDGE_TYPES.reject;
  let before = -1;
  return batches.every(({ firstOffset, lastOffset, acknowledgeTypes }) => {
    const isInOrder = firstOffset <= lastOffset && firstOffset >= before;
    before = lastOffset;
    const count = acknowledgeTypes.length;
    if (!isInOrder || count === 0 || (count > 1 && count !== lastOffset - firstOffset + 1)) return false;
    return acknowledgeTypes.every(
      (type) => type >= 0 && type <= typeMax && (type !== ACKNOWLEDGE_TYPES.renew || isRenewAck),
    );
  });
}

function failed(errorCode: number, message: string | null = null): ShareOutcome {
  return { errorCode, message };
}
