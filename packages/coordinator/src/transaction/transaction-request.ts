import type { ProducerEpoch, ProducerId, TimestampMs } from '@sluice/kernel/ids';
import type { Prerequisite } from '@sluice/log/prerequisite';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { type AppendedReply, type Pending, type Reply, replyTo } from '../runtime/coordinator-shard.ts';
import { type AddPartitions, addPartitions } from './add-partitions.ts';
import type { Transaction } from './transaction.ts';
import type { TransactionDecision } from './transaction-decision.ts';

/** A request to a transactional id that can be looked at more than once. */
export interface TransactionRequest {
  decide(transaction: Transaction | undefined, now: TimestampMs): TransactionDecision;
  answer(transaction: Transaction): Reply;
  /** In place of `answer`, for who need not wait until what was decided is durable. */
  answerOnceAppended?(): AppendedReply;
  refuse(errorCode: number): Reply;
  askForProducerId(): Reply;
  /** There is no coordinator any more. */
  fail(errorCode: number): void;
}

/** What a producer is told of itself; `needs-producer-id` asks to come again with one. */
export type ProducerAnswer =
  | { readonly kind: 'producer'; readonly producerId: ProducerId; readonly producerEpoch: ProducerEpoch }
  | { readonly kind: 'refused'; readonly errorCode: number }
  | { readonly kind: 'needs-producer-id' };

export interface AddedForWrite {
  readonly errorCode: number;
  /** What the write must not survive a crash without, if that is not durable yet. */
  readonly after?: Prerequisite | undefined;
}

/** `answer`: as which transaction the producer is told of it. */
export function producerRequest(
  decide: TransactionRequest['decide'],
  pending: Pending<ProducerAnswer>,
  answer: (transaction: Transaction) => Transaction,
): TransactionRequest {
  return {
    decide,
    refuse: (errorCode) => replyTo(pending, { kind: 'refused', errorCode }),
    askForProducerId: () => replyTo(pending, { kind: 'needs-producer-id' }),
    answer(transaction) {
      const { producerId, producerEpoch } = answer(transaction);
      return replyTo(pending, { kind: 'producer', producerId, producerEpoch });
    },
    fail: pending.fail.bind(pending),
  };
}

/** Answered with an error code for all partitions. */
export function addRequest(asked: AddPartitions, pending: Pending<number>): TransactionRequest {
  return additionOf(asked, pending, (errorCode) => replyTo(pending, errorCode));
}

/** The same for a write, which hears of it before it is durable, and of what it must not survive without. */
export function addForWriteRequest(asked: AddPartitions, pending: Pending<AddedForWrite>): TransactionRequest {
  return {
    ...additionOf(asked, pending, (errorCode) => replyTo(pending, { errorCode })),
    answerOnceAppended: () => ({
      deliver: (after) => pending.answer({ errorCode: ErrorCode.NONE, after }),
      fail: (errorCode) => pending.fail(errorCode),
    }),
  };
}

function additionOf(
  asked: AddPartitions,
  pending: Pick<Pending<never>, 'fail'>,
  reply: (errorCode: number) => Reply,
): TransactionRequest {
  return {
    decide: (transaction, at) => addPartitions(transaction, asked, at),
    refuse: reply,
    askForProducerId: () => reply(ErrorCode.UNKNOWN_SERVER_ERROR),
    answer: () => reply(ErrorCode.NONE),
    fail: pending.fail.bind(pending),
  };
}
