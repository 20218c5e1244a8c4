import type { NodeId, ProducerEpoch, ProducerId, TimestampMs } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { describeTransactionsRequestCodec } from '@sluice/protocol/generated/messages/describe-transactions-request';
import { describeTransactionsResponseCodec } from '@sluice/protocol/generated/messages/describe-transactions-response';
import type { Cluster } from './cluster.ts';
import { askCoordinators, CoordinatorKey } from './group-coordinator.ts';
import { KafkaError } from './kafka-error.ts';
import type { TopicPartition } from './topic-partition.ts';

const DESCRIBE_TRANSACTIONS = {
  request: describeTransactionsRequestCodec,
  response: describeTransactionsResponseCodec,
};

export interface TransactionDescription {
  readonly transactionalId: string;
  readonly coordinator: NodeId;
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
  /** Kafka's name. */
  readonly state: string;
  readonly timeoutMs: number;
  /** −1 where none is open. */
  readonly startMs: TimestampMs;
  readonly partitions: readonly TopicPartition[];
}

/** An id that cannot be described has its error in place of a description. */
export async function describeTransactions(
  cluster: Cluster,
  transactionalIds: readonly string[],
): Promise<ReadonlyMap<string, TransactionDescription | KafkaError>> {
  const described = await askCoordinators(
    cluster,
    transactionalIds,
    async (broker, led, coordinator) => {
      const response = await broker.request(DESCRIBE_TRANSACTIONS, () => ({ transactionalIds: [...led] }));
      return response.transactionStates.map((each): [string, TransactionDescription | KafkaError] => {
        const { transactionalId, errorCode } = each;
        if (errorCode !== ErrorCode.NONE) {
          const error = new KafkaError(errorCode, null);
          if (error.isRetriable) throw error;
          return [transactionalId, error];
        }
        const partitions = each.topics.flatMap(({ topic, partitions: numbers }) =>
          numbers.map((partition) => ({ topic, partition })),
        );
        const { producerId, producerEpoch } = each;
        return [
          transactionalId,
          {
            transactionalId,
            coordinator,
            producerId,
            producerEpoch,
            state: each.transactionState,
            timeoutMs: each.transactionTimeoutMs,
            startMs: each.transactionStartTimeMs,
            partitions,
          },
        ];
      });
    },
    CoordinatorKey.TRANSACTION,
  );
  return new Map(described.flat());
}
