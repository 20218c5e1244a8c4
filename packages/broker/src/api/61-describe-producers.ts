/*
 * DescribeProducers (61), version 0.
 *
 * - The idempotent and transactional producers that a partition remembers (KIP-664).
 */
import { validateTopicName } from '@sluice/metadata/controller/topic-name';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { describeProducersRequestCodec } from '@sluice/protocol/generated/messages/describe-producers-request';
import { describeProducersResponseCodec } from '@sluice/protocol/generated/messages/describe-producers-response';
import { defineApi } from '../define-api.ts';
import { checkReadable, isHosted, type Partitions } from '../partitions/hosted-partition.ts';
import { logsReady } from '../partitions/ready-logs.ts';

export function describeProducersApi({ partitions }: { partitions: Partitions }) {
  async function answer(topic: string, partitionIndex: number) {
    const refusal = (errorCode: number, errorMessage: string) => {
      return { partitionIndex, errorCode, errorMessage, activeProducers: [] };
    };
    const invalid = validateTopicName(topic);
    if (invalid !== undefined) return refusal(ErrorCode.INVALID_TOPIC_EXCEPTION, invalid);
    const lookup = checkReadable(partitions.byName(topic, partitionIndex), -1);
    if (!isHosted(lookup)) return refusal(lookup.errorCode, 'This broker does not lead the partition.');
    await logsReady([lookup.log]);
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
    async handle({ topics }) {
      const described = topics.map(async ({ name, partitionIndexes }) => ({
        name,
        partitions: await Promise.all(partitionIndexes.map((partition) => answer(name, partition))),
      }));
      return { throttleTimeMs: 0, topics: await Promise.all(described) };
    },
  });
}
