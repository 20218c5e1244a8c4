import type { ProducerEpoch, ProducerId, TimestampMs } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { fenced } from './end-transaction.ts';
import {
  changed,
  isEnding,
  isEpochExhausted,
  NO_PARTITIONS,
  NO_PRODUCER_EPOCH,
  newTransaction,
  type Transaction,
  type TransactionVersion,
} from './transaction.ts';
import { NEEDS_PRODUCER_ID, refused, type TransactionDecision, WAITS } from './transaction-decision.ts';

export interface InitProducerId {
  readonly transactionalId: string;
  readonly timeoutMs: number;
  /** KIP-360: who asks knows these; whoever took its place fences it. */
  readonly expected: { readonly producerId: ProducerId; readonly producerEpoch: ProducerEpoch } | undefined;
}

/**
 * A producer begins, or begins again after an error: every other one of its transactional id is fenced by a higher
 * epoch, and what that one left open is aborted first.
 */
export function initProducerId(
  known: Transaction | undefined,
  asked: InitProducerId,
  serverVersion: TransactionVersion,
  newProducerId: ProducerId | undefined,
  now: TimestampMs,
): TransactionDecision {
  const { expected, timeoutMs } = asked;
  if (known === undefined && newProducerId === undefined) return NEEDS_PRODUCER_ID;
  const transaction = known ?? newTransaction(asked.transactionalId, newProducerId ?? -1, timeoutMs, now);
  if (expected !== undefined && !isOfThisProducer(transaction, expected)) return refused(ErrorCode.PRODUCER_FENCED);
  if (isEnding(transaction)) return WAITS;
  if (transaction.status === 'Ongoing') return fenced(transaction, serverVersion, newProducerId, now);
  const begun = { status: 'Empty', partitions: NO_PARTITIONS, timeoutMs, startMs: -1, lastUpdateMs: now } as const;
  const { producerEpoch, lastProducerEpoch } = transaction;
  const isExpected = expected === undefined || expected.producerEpoch === producerEpoch;
  if (isEpochExhausted(producerEpoch) && isExpected) {
    if (newProducerId === undefined) return NEEDS_PRODUCER_ID;
    const last = expected === undefined ? NO_PRODUCER_EPOCH : producerEpoch;
    const rotated = { ...begun, producerId: newProducerId, producerEpoch: 0, lastProducerEpoch: last };
    return { kind: 'changed', transaction: changed(transaction, rotated) };
  }
  if (expected === undefined) {
    const raised = { ...begun, producerEpoch: producerEpoch + 1, lastProducerEpoch: NO_PRODUCER_EPOCH };
    return { kind: 'changed', transaction: changed(transaction, raised) };
  }
  if (producerEpoch === NO_PRODUCER_EPOCH || expected.producerEpoch === producerEpoch) {
    const raised = { ...begun, producerEpoch: producerEpoch + 1, lastProducerEpoch: producerEpoch };
    return { kind: 'changed', transaction: changed(transaction, raised) };
  }
  // The answer to its first try was lost. A newer producer would have set the last epoch to −1.
  if (expected.producerEpoch === lastProducerEpoch) {
    return { kind: 'changed', transaction: changed(transaction, begun) };
  }
  return refused(ErrorCode.PRODUCER_FENCED);
}

function isOfThisProducer(transaction: Transaction, expected: NonNullable<InitProducerId['expected']>): boolean {
  return (
    transaction.producerEpoch === NO_PRODUCER_EPOCH ||
    expected.producerId === transaction.producerId ||
    // It was given another id when its epochs were used up, and did not hear of it.
    (expected.producerId === transaction.previousProducerId && isEpochExhausted(expected.producerEpoch))
  );
}
