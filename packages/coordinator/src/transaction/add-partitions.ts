import type { ProducerEpoch, ProducerId, TimestampMs } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import {
  hasPartitions,
  isEnding,
  type Transaction,
  type TransactionPartitions,
  type TransactionVersion,
  withPartitions,
} from './transaction.ts';
import { refused, type TransactionDecision, WAITS } from './transaction-decision.ts';

/** Who writes into which partitions. */
export interface AddPartitions {
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
  readonly partitions: TransactionPartitions;
  readonly clientVersion: TransactionVersion;
}

/** Partitions come into the transaction; with the first ones it begins. */
export function addPartitions(
  transaction: Transaction | undefined,
  asked: AddPartitions,
  now: TimestampMs,
): TransactionDecision {
  const errorCode = producerError(transaction, asked);
  if (transaction === undefined || errorCode !== ErrorCode.NONE) return refused(errorCode);
  if (isEnding(transaction)) return WAITS;
  if (transaction.status === 'Ongoing' && hasPartitions(transaction, asked.partitions)) {
    return { kind: 'unchanged', transaction };
  }
  return { kind: 'changed', transaction: withPartitions(transaction, asked.partitions, asked.clientVersion, now) };
}

/** The error code of each partition: whether the producer's transaction has it, so that a late write cannot outlive its end. */
export function verifyPartitions(
  transaction: Transaction | undefined,
  asked: Pick<AddPartitions, 'producerId' | 'producerEpoch'>,
): (topic: string, partition: number) => number {
  const errorCode = producerError(transaction, asked);
  if (transaction === undefined || errorCode !== ErrorCode.NONE) return () => errorCode;
  if (isEnding(transaction)) return () => ErrorCode.CONCURRENT_TRANSACTIONS;
  return (topic, partition) =>
    transaction.partitions.get(topic)?.has(partition) === true ? ErrorCode.NONE : ErrorCode.TRANSACTION_ABORTABLE;
}

function producerError(
  transaction: Transaction | undefined,
  asked: Pick<AddPartitions, 'producerId' | 'producerEpoch'>,
): number {
  if (transaction?.producerId !== asked.producerId) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
  return transaction.producerEpoch === asked.producerEpoch ? ErrorCode.NONE : ErrorCode.PRODUCER_FENCED;
}
