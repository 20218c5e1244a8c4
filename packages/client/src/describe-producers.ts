import type { NodeId, Offset, ProducerEpoch, ProducerId, TimestampMs } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { describeProducersRequestCodec } from '@sluice/protocol/generated/messages/describe-producers-request';
import { describeProducersResponseCodec } from '@sluice/protocol/generated/messages/describe-producers-response';
import type { Cluster } from './cluster.ts';
import { KafkaError } from './kafka-error.ts';
import type { TopicPartition } from './topic-partition.ts';

const DESCRIBE_PRODUCERS = { request: describeProducersRequestCodec, response: describeProducersResponseCodec };

/** A producer as one partition remembers it. */
export interface PartitionProducer extends TopicPartition {
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
  readonly lastSequence: number;
  readonly lastTimestampMs: TimestampMs;
  /** −1 before its first marker. */
  readonly coordinatorEpoch: number;
  /** −1 while no transaction is open there. */
  readonly txnStartOffset: Offset;
}

/** The producers of some partitions of a topic, which are asked where they are led. Fails with `KafkaError`. */
export async function describeProducers(
  cluster: Cluster,
  topic: string,
  leaders: ReadonlyMap<number, NodeId>,
): Promise<readonly PartitionProducer[]> {
  const byLeader = Map.groupBy(leaders, ([, leader]) => leader);
  const found = await Promise.all(
    [...byLeader].map(async ([leader, led]) => {
      if (leader < 0) throw new KafkaError(ErrorCode.LEADER_NOT_AVAILABLE, null);
      const broker = await cluster.broker(leader);
      const response = await broker.request(DESCRIBE_PRODUCERS, () => ({
        topics: [{ name: topic, partitionIndexes: led.map(([partition]) => partition) }],
      }));
      return response.topics.flatMap(({ partitions }) =>
        partitions.flatMap(({ partitionIndex, errorCode, errorMessage, activeProducers }) => {
          if (errorCode !== ErrorCode.NONE) throw new KafkaError(errorCode, errorMessage);
          return activeProducers.map((producer) => ({
            topic,
            partition: partitionIndex,
            producerId: producer.producerId,
            producerEpoch: producer.producerEpoch,
            lastSequence: producer.lastSequence,
            lastTimestampMs: producer.lastTimestamp,
            coordinatorEpoch: producer.coordinatorEpoch,
            txnStartOffset: producer.currentTxnStartOffset,
          }));
        }),
      );
    }),
  );
  return found.flat();
}
