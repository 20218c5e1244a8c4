/*
 * AddPartitionsToTxn (24), versions 0–5.
 *
 * - All partitions of a transaction come in, or none: where one is refused the others are OPERATION_NOT_ATTEMPTED.
 * - v2: PRODUCER_FENCED, which older clients know as INVALID_PRODUCER_EPOCH. v3: flexible. v4: several transactions, and
 *   whether they hold the partitions already (verify only); meant for brokers. v5: TRANSACTION_ABORTABLE (KIP-890).
 */
import type { TransactionPartitions } from '@sluice/coordinator/transaction/transaction';
import type { TransactionCoordinator } from '@sluice/coordinator/transaction/transaction-coordinator';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import {
  type AddPartitionsToTxnTransaction,
  addPartitionsToTxnRequestCodec,
} from '@sluice/protocol/generated/messages/add-partitions-to-txn-request';
import { addPartitionsToTxnResponseCodec } from '@sluice/protocol/generated/messages/add-partitions-to-txn-response';
import { defineApi } from '../define-api.ts';

const FENCED_FROM = 2;
const BATCHED_FROM = 4;

type Topics = AddPartitionsToTxnTransaction['topics'];
type ErrorOf = (topic: string, partition: number) => number;

export interface AddPartitionsToTxnServices {
  readonly image: ClusterImage;
  readonly transactions: TransactionCoordinator;
}

export function addPartitionsToTxnApi({ image, transactions }: AddPartitionsToTxnServices) {
  function isKnown(topic: string, partition: number): boolean {
    return image.topicsByName.get(topic)?.partitions[partition] !== undefined;
  }

  async function take(transaction: AddPartitionsToTxnTransaction, apiVersion: number): Promise<ErrorOf> {
    const { transactionalId, producerId, producerEpoch, topics } = transaction;
    if (topics.some(({ name, partitions }) => partitions.some((partition) => !isKnown(name, partition)))) {
      return (topic, partition) =>
        isKnown(topic, partition) ? ErrorCode.OPERATION_NOT_ATTEMPTED : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    }
    const clientVersion = apiVersion >= BATCHED_FROM ? 2 : 0;
    const asked = { producerId, producerEpoch, partitions: partitionsOf(topics), clientVersion } as const;
    if (transaction.verifyOnly) return transactions.verifyPartitions(transactionalId, asked);
    const errorCode = await transactions.addPartitions(transactionalId, asked);
    const isUnknownError = apiVersion < FENCED_FROM && errorCode === ErrorCode.PRODUCER_FENCED;
    return () => (isUnknownError ? ErrorCode.INVALID_PRODUCER_EPOCH : errorCode);
  }

  return defineApi({
    request: addPartitionsToTxnRequestCodec,
    response: addPartitionsToTxnResponseCodec,
    async handle(request, { apiVersion }) {
      if (apiVersion < BATCHED_FROM) {
        const topics = request.v3AndBelowTopics;
        const transaction = {
          transactionalId: request.v3AndBelowTransactionalId,
          producerId: request.v3AndBelowProducerId,
          producerEpoch: request.v3AndBelowProducerEpoch,
          verifyOnly: false,
          topics,
        };
        return { throttleTimeMs: 0, resultsByTopicV3AndBelow: results(topics, await take(transaction, apiVersion)) };
      }
      const resultsByTransaction = await Promise.all(
        request.transactions.map(async (transaction) => ({
          transactionalId: transaction.transactionalId,
          topicResults: results(transaction.topics, await take(transaction, apiVersion)),
        })),
      );
      return { throttleTimeMs: 0, resultsByTransaction };
    },
  });
}

function partitionsOf(topics: Topics): TransactionPartitions {
  const partitions = new Map<string, Set<number>>();
  for (const topic of topics) {
    partitions.set(topic.name, new Set([...(partitions.get(topic.name) ?? []), ...topic.partitions]));
  }
  return partitions;
}

function results(topics: Topics, errorOf: ErrorOf) {
  return topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({
      partitionIndex,
      partitionErrorCode: errorOf(name, partitionIndex),
    })),
  }));
}
