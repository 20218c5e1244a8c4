import type { ProducerEpoch, ProducerId, TimestampMs } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import {
  changed,
  isEpochExhausted,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  type Transaction,
  type TransactionVersion,
} from './transaction.ts';
import { NEEDS_PRODUCER_ID, refused, type TransactionDecision, WAITS } from './transaction-decision.ts';

export interface EndTransaction {
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
  readonly isCommit: boolean;
  /** 2 from EndTxn v5 on. */
  readonly clientVersion: TransactionVersion;
}

/** EndTxn: the decision is made when it is durable; markers tell the partitions afterwards. */
export function endTransaction(
  transaction: Transaction | undefined,
  asked: EndTransaction,
  newProducerId: ProducerId | undefined,
  now: TimestampMs,
): TransactionDecision {
  if (transaction === undefined) return refused(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  return asked.clientVersion >= 2
    ? endWithEpochBump(transaction, asked, newProducerId, now)
    : endOfOld(transaction, asked, now);
}

function endOfOld(transaction: Transaction, asked: EndTransaction, now: TimestampMs): TransactionDecision {
  if (transaction.producerId !== asked.producerId) return refused(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  if (transaction.producerEpoch !== asked.producerEpoch) return refused(ErrorCode.PRODUCER_FENCED);
  if (transaction.status === 'Ongoing') {
    const status = asked.isCommit ? 'PrepareCommit' : 'PrepareAbort';
    return { kind: 'changed', transaction: changed(transaction, { status, lastUpdateMs: now, clientVersion: 0 }) };
  }
  if (!isSameEnd(transaction, asked)) return refused(ErrorCode.INVALID_TXN_STATE);
  return transaction.status === 'PrepareCommit' || transaction.status === 'PrepareAbort'
    ? WAITS
    : { kind: 'unchanged', transaction };
}

/** KIP-890: each end raises the epoch, so a request that is late or comes twice is told from the next transaction's. */
function endWithEpochBump(
  transaction: Transaction,
  asked: EndTransaction,
  newProducerId: ProducerId | undefined,
  now: TimestampMs,
): TransactionDecision {
  const { status, producerEpoch } = transaction;
  const isRetryOfRotation =
    transaction.previousProducerId === asked.producerId && isLastEpoch(asked.producerEpoch) && producerEpoch === 0;
  const isRetry = producerEpoch === asked.producerEpoch + 1 || isRetryOfRotation;
  if (transaction.producerId !== asked.producerId && !isRetryOfRotation) {
    return refused(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  }
  const isCurrent = producerEpoch === asked.producerEpoch;
  switch (status) {
    case 'Ongoing':
      if (!isCurrent) return refused(ErrorCode.PRODUCER_FENCED);
      return prepared(transaction, asked, newProducerId, transaction.startMs, now);
    case 'PrepareCommit':
    case 'PrepareAbort':
      if (producerEpoch !== asked.producerEpoch + 1) return refused(ErrorCode.PRODUCER_FENCED);
      return isSameEnd(transaction, asked) ? WAITS : refused(ErrorCode.INVALID_TXN_STATE);
    case 'Empty':
    case 'CompleteCommit':
    case 'CompleteAbort':
      if (!isCurrent && (status === 'Empty' || !isRetry)) return refused(ErrorCode.PRODUCER_FENCED);
      if (status !== 'Empty' && isRetry) {
        return isSameEnd(transaction, asked)
          ? { kind: 'unchanged', transaction }
          : refused(ErrorCode.INVALID_TXN_STATE);
      }
      // A producer aborts without knowing whether a partition ever came in: the epoch rises all the same.
      return asked.isCommit
        ? refused(ErrorCode.INVALID_TXN_STATE)
        : prepared(transaction, asked, newProducerId, now, now);
  }
}

function prepared(
  transaction: Transaction,
  asked: EndTransaction,
  newProducerId: ProducerId | undefined,
  startMs: TimestampMs,
  now: TimestampMs,
): TransactionDecision {
  const isExhausted = isEpochExhausted(transaction.producerEpoch);
  if (isExhausted && newProducerId === undefined) return NEEDS_PRODUCER_ID;
  const next = changed(transaction, {
    status: asked.isCommit ? 'PrepareCommit' : 'PrepareAbort',
    producerEpoch: transaction.producerEpoch + 1,
    lastProducerEpoch: transaction.producerEpoch,
    nextProducerId: isExhausted ? (newProducerId ?? NO_PRODUCER_ID) : NO_PRODUCER_ID,
    clientVersion: asked.clientVersion,
    startMs,
    lastUpdateMs: now,
  });
  return { kind: 'changed', transaction: next };
}

/** What is open is aborted by the coordinator itself, with an epoch that its producer does not have. */
export function fenced(
  transaction: Transaction,
  serverVersion: TransactionVersion,
  newProducerId: ProducerId | undefined,
  now: TimestampMs,
): TransactionDecision {
  const isRotated = serverVersion >= 2 && isEpochExhausted(transaction.producerEpoch);
  if (isRotated && newProducerId === undefined) return NEEDS_PRODUCER_ID;
  const next = changed(transaction, {
    status: 'PrepareAbort',
    producerEpoch: transaction.producerEpoch + 1,
    lastProducerEpoch: serverVersion >= 2 ? transaction.producerEpoch : NO_PRODUCER_EPOCH,
    nextProducerId: isRotated ? (newProducerId ?? NO_PRODUCER_ID) : NO_PRODUCER_ID,
    clientVersion: serverVersion >= 2 ? 2 : 0,
    lastUpdateMs: now,
  });
  return { kind: 'ends-first', transaction: next };
}

function isSameEnd({ status }: Transaction, { isCommit }: EndTransaction): boolean {
  return isCommit
    ? status === 'PrepareCommit' || status === 'CompleteCommit'
    : status === 'PrepareAbort' || status === 'CompleteAbort';
}

function isLastEpoch(epoch: ProducerEpoch): boolean {
  return isEpochExhausted(epoch) && !isEpochExhausted(epoch - 1);
}
