/*
 * DescribeProducers (61), version 0.
 *
 * - The idempotent and transactional producers that a partition remembers (KIP-664).
 */
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { describeProducersRequestCodec } from '@sluice/protocol/generated/messages/describe-producers-request';
import { describeProducersResponseCodec } from '@sluice/protocol/generated/messages/describe-producers-response';
import { defineApi } from '../define-api.ts';
import { checkUsable, isHosted, type Partitions } from '../partitions/hosted-partition.ts';

export function describeProducersApi({ partitions }: { partitions: Partitions }) {
  function answer(topic: string, partitionIndex: number) {
    const lookup = checkUsable(partitions.byName(topic, partitionIndex), -1);
    if (!isHosted(lookup))
      return { partitionIndex, errorCode: lookup.errorCode, errorMessage: null, activeProducers: [] };
    const activeProducers = lookup.log.activeProducers().map((producer) => ({
      producerId: producer.producerId,
      producerEpoch: producer.producerEpoch,
      lastSequence: producer.lastSequence,
      lastTimestamp: producer.lastTimestampMs,
      coordinatorEpoch: producer.coordinatorEpoch,
      currentTxnStartOffset: producer.currentTxnStartOffset,
    }));
    return { partitionIndex, errorCode: ErrorCode.NONE, errorMessage: null, activeProducers };
  }

  return defineApi({
    request: describeProducersRequestCodec,
    response: describeProducersResponseCodec,
    handle: ({ topics }) => ({
      throttleTimeMs: 0,
      topics: topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((partition) => answer(name, partition)),
      })),
    }),
  });
}
