import type { TransactionPartitions } from '@sluice/coordinator/transaction/transaction';
import type { PartitionErrors, TransactionCoordinator } from '@sluice/coordinator/transaction/transaction-coordinator';
import type { ProducerEpoch, ProducerId } from '@sluice/kernel/ids';
import type { PartitionLog } from '@sluice/log/partition-log';
import { isMet, mayFollow, type Prerequisite, untilMet } from '@sluice/log/prerequisite';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { BrokerTransactionSettings } from './transaction-settings.ts';

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

/** Nobody else would bring the partition in for those that rely on it: they ask even where nothing is to be verified. */
export function isAsked(
  support: TransactionSupport,
  { verifiesPartitions }: Pick<BrokerTransactionSettings, 'verifiesPartitions'>,
): boolean {
  return support === 'adds' || verifiesPartitions;
}

export interface TransactionalWrite {
  readonly transactionalId: string;
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
  readonly partitions: TransactionPartitions;
}

/** What the coordinator says of a write. */
export interface CoordinatorAnswer {
  readonly errorCodeOf: PartitionErrors;
  /** What the write must not survive a crash without. */
  readonly after?: Prerequisite | undefined;
}

/** Asks the coordinator whether the producer may write into these partitions now, and brings them in if its version asks for it. */
export async function askCoordinator(
  transactions: Pick<TransactionCoordinator, 'addPartitionsForWrite' | 'verifyPartitions'>,
  { transactionalId, ...write }: TransactionalWrite,
  support: TransactionSupport,
  logs: readonly PartitionLog[],
): Promise<CoordinatorAnswer> {
  const asked = { ...write, clientVersion: 2 } as const;
  if (support === 'adds') {
    const { errorCode, after } = await transactions.addPartitionsForWrite(transactionalId, asked);
    const error = toWriteError(errorCode, support);
    if (after === undefined || error !== ErrorCode.NONE) return { errorCodeOf: () => error };
    // At once where all logs share a journal with the coordinator's, else when its record is durable.
    return logs.every((log) => mayFollow(log, after)) ? { errorCodeOf: NO_ERROR, after } : writeOnceMet(after);
  }
  const errorCodeOf = await transactions.verifyPartitions(transactionalId, asked);
  return { errorCodeOf: (topic, partition) => toWriteError(errorCodeOf(topic, partition), support) };
}

const NO_ERROR: PartitionErrors = () => ErrorCode.NONE;

async function writeOnceMet(after: Prerequisite): Promise<CoordinatorAnswer> {
  const failure = isMet(after) ? undefined : await untilMet(after);
  return { errorCodeOf: () => (failure === undefined ? ErrorCode.NONE : ErrorCode.NOT_COORDINATOR) };
}

function toWriteError(errorCode: number, support: TransactionSupport): number {
  if (errorCode === ErrorCode.PRODUCER_FENCED) return ErrorCode.INVALID_PRODUCER_EPOCH;
  if (errorCode === ErrorCode.TRANSACTION_ABORTABLE && support === 'none') return ErrorCode.INVALID_TXN_STATE;
  return errorCode;
}
