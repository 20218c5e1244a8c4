import type { TransactionPartitions } from '@sluice/coordinator/transaction/transaction';
import type { PartitionErrors, TransactionCoordinator } from '@sluice/coordinator/transaction/transaction-coordinator';
import type { ProducerEpoch, ProducerId } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';

/** What a client's version knows of KIP-890. `adds`: the write itself brings its partition into the transaction. */
export type TransactionSupport = 'adds' | 'abortable' | 'none';

export function supportOfProduce(apiVersion: number): TransactionSupport {
  if (apiVersion >= 12) return 'adds';
  return apiVersion === 11 ? 'abortable' : 'none';
}

export function supportOfTxnOffsetCommit(apiVersion: number): TransactionSupport {
  if (apiVersion >= 5) return 'adds';
  return apiVersion === 4 ? 'abortable' : 'none';
}

export interface TransactionalWrite {
  readonly transactionalId: string;
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
  readonly partitions: TransactionPartitions;
}

/** Asks the coordinator whether the producer may write into these partitions now, and brings them in if its version asks for it. */
export async function askCoordinator(
  transactions: Pick<TransactionCoordinator, 'addPartitions' | 'verifyPartitions'>,
  { transactionalId, ...write }: TransactionalWrite,
  support: TransactionSupport,
): Promise<PartitionErrors> {
  const asked = { ...write, clientVersion: 2 } as const;
  if (support === 'adds') {
    const errorCode = toWriteError(await transactions.addPartitions(transactionalId, asked), support);
    return () => errorCode;
  }
  const errorCodeOf = await transactions.verifyPartitions(transactionalId, asked);
  return (topic, partition) => toWriteError(errorCodeOf(topic, partition), support);
}

function toWriteError(errorCode: number, support: TransactionSupport): number {
  if (errorCode === ErrorCode.PRODUCER_FENCED) return ErrorCode.INVALID_PRODUCER_EPOCH;
  if (errorCode === ErrorCode.TRANSACTION_ABORTABLE && support === 'none') return ErrorCode.INVALID_TXN_STATE;
  return errorCode;
}
