import type { ProducerId, TimestampMs } from '@sluice/kernel/ids';
import type { TransactionState as DescribedTransaction } from '@sluice/protocol/generated/messages/describe-transactions-response';
import {
  type AppendedReply,
  type CoordinatorShard,
  NOTHING,
  type Pending,
  type Reply,
  replyTo,
  type Step,
} from '../runtime/coordinator-shard.ts';
import { type AddPartitions, verifyPartitions } from './add-partitions.ts';
import { describeTransaction } from './describe-transaction.ts';
import { type EndTransaction, endTransaction, fenced } from './end-transaction.ts';
import { type InitProducerId, initProducerId } from './init-producer-id.ts';
import { isListed, type ListedTransaction, type TransactionFilter } from './list-transactions.ts';
import { completed, isEnding, type Transaction } from './transaction.ts';
import type { TransactionDecision } from './transaction-decision.ts';
import type { TransactionEnvironment } from './transaction-environment.ts';
import type { TransactionRecord } from './transaction-record-serde.ts';
import {
  type AddedForWrite,
  addForWriteRequest,
  addRequest,
  type ProducerAnswer,
  producerRequest,
  type TransactionRequest,
} from './transaction-request.ts';
import { createWaitingRequests } from './waiting-requests.ts';

export type TransactionStep = Step<TransactionRecord>;

/** The transactions of one partition of `__transaction_state`. */
export interface TransactionShard extends CoordinatorShard<TransactionRecord> {
  init(
    asked: InitProducerId,
    newProducerId: ProducerId | undefined,
    now: TimestampMs,
    pending: Pending<ProducerAnswer>,
  ): TransactionStep;
  /** Answers with an error code for all partitions. */
  add(transactionalId: string, asked: AddPartitions, now: TimestampMs, pending: Pending<number>): TransactionStep;
  /** The same for a write that comes right behind, and must not survive without it. */
  addForWrite(
    transactionalId: string,
    asked: AddPartitions,
    now: TimestampMs,
    pending: Pending<AddedForWrite>,
  ): TransactionStep;
  /** Answers with an error code for each partition. */
  verify(
    transactionalId: string,
    asked: AddPartitions,
    pending: Pending<(topic: string, partition: number) => number>,
  ): TransactionStep;
  end(
    transactionalId: string,
    asked: EndTransaction,
    newProducerId: ProducerId | undefined,
    now: TimestampMs,
    pending: Pending<ProducerAnswer>,
  ): TransactionStep;
  /** All partitions know how the transaction ended. */
  markersWritten(ended: Transaction, now: TimestampMs): TransactionStep;
  /** Looks at the next request that has waited for the end of a transaction; `undefined` if none does. */
  takeWaiting(transactionalId: string, now: TimestampMs): TransactionStep | undefined;
  describe(transactionalId: string, pending: Pending<DescribedTransaction>): TransactionStep;
  list(filter: TransactionFilter, now: TimestampMs, pending: Pending<readonly ListedTransaction[]>): TransactionStep;
}

/** Ids that are forgotten in one step; the next follows at once. */
export const EXPIRED_PER_STEP_MAX = 1_000;

export function createTransactionShard(environment: TransactionEnvironment): TransactionShard {
  const { settings, timers, logger } = environment;
  const transactions = new Map<string, Transaction>();
  const waiting = createWaitingRequests(timers);

  /** One request to a transactional id, now or when the transaction before it has ended. */
  function take(transactionalId: string, request: TransactionRequest, now: TimestampMs): TransactionStep {
    const decision = request.decide(transactions.get(transactionalId), now);
    switch (decision.kind) {
      case 'refused':
        return { records: [], replies: [request.refuse(decision.errorCode)] };
      case 'needs-producer-id':
        return { records: [], replies: [request.askForProducerId()] };
      case 'unchanged':
        return { records: [], ...answersOf(request, decision.transaction) };
      case 'changed': {
        const { replies, repliesOnceAppended = [] } = answersOf(request, decision.transaction);
        return become(decision.transaction, replies, repliesOnceAppended);
      }
      case 'ends-first': {
        const refusal = waiting.add(transactionalId, request);
        return become(decision.transaction, refusal === undefined ? [] : [refusal]);
      }
      case 'waits': {
        const refusal = waiting.add(transactionalId, request);
        return refusal === undefined ? NOTHING : { records: [], replies: [refusal] };
      }
    }
  }

  function answersOf(
    request: TransactionRequest,
    transaction: Transaction,
  ): Pick<TransactionStep, 'replies' | 'repliesOnceAppended'> {
    if (request.answerOnceAppended === undefined) return { replies: [request.answer(transaction)] };
    return { replies: [], repliesOnceAppended: [request.answerOnceAppended()] };
  }

  function become(
    transaction: Transaction,
    replies: readonly Reply[],
    repliesOnceAppended: readonly AppendedReply[] = [],
  ): TransactionStep {
    const { transactionalId, status } = transaction;
    if (status === 'Ongoing') watchTimeout(transaction, transaction.timeoutMs);
    return {
      records: [{ transactionalId, transaction }],
      replies,
      repliesOnceAppended: isEnding(transaction)
        ? [...repliesOnceAppended, markersOf(transaction)]
        : repliesOnceAppended,
    };
  }

  /** Nobody may see markers of an end that a crash could take back. */
  function markersOf(transaction: Transaction): AppendedReply {
    return { deliver: (after) => environment.sendMarkers(transaction, after), fail: () => {} };
  }

  /** On monotonic time: a clock that jumps ends nobody's transaction. */
  function watchTimeout({ transactionalId, producerId, producerEpoch, startMs }: Transaction, delayMs: number): void {
    timers.set(`timeout ${transactionalId}`, delayMs, (now) => {
      const transaction = transactions.get(transactionalId);
      const isSame =
        transaction?.status === 'Ongoing' &&
        transaction.producerId === producerId &&
        transaction.producerEpoch === producerEpoch &&
        transaction.startMs === startMs;
      return isSame ? abort(transaction, now) : NOTHING;
    });
  }

  function abort(transaction: Transaction, now: TimestampMs): TransactionStep {
    logger.info('a transaction ran out of time and is aborted', {
      transactionalId: transaction.transactionalId,
      producerId: transaction.producerId,
      timeoutMs: transaction.timeoutMs,
    });
    return become(fencedBy(transaction, now), []);
  }

  function fencedBy(transaction: Transaction, now: TimestampMs): Transaction {
    const decision = fenced(transaction, settings().serverVersion, undefined, now);
    // Its epochs are used up: as before KIP-890 it gets another id only when it asks.
    return decision.kind === 'ends-first' ? decision.transaction : fencedWithoutRotation(transaction, now);
  }

  function fencedWithoutRotation(transaction: Transaction, now: TimestampMs): Transaction {
    const decision = fenced(transaction, 0, undefined, now);
    return decision.kind === 'ends-first' ? decision.transaction : transaction;
  }

  function planExpiration(delayMs: number): void {
    timers.set('expiration', delayMs, expire);
  }

  function expire(now: TimestampMs): TransactionStep {
    const records: TransactionRecord[] = [];
    const lastUpdateMsMax = now - settings().idExpirationMs;
    for (const { transactionalId, status, lastUpdateMs } of transactions.values()) {
      if (status === 'Ongoing' || status === 'PrepareCommit' || status === 'PrepareAbort') continue;
      if (lastUpdateMs > lastUpdateMsMax) continue;
      records.push({ transactionalId, transaction: null });
      if (records.length === EXPIRED_PER_STEP_MAX) break;
    }
    planExpiration(records.length === EXPIRED_PER_STEP_MAX ? 0 : settings().idExpirationCheckIntervalMs);
    return { records, replies: [], isAtomic: false };
  }

  /** As it was asked, but in a broken build. */
  function asEndOf(transaction: Transaction | undefined, asked: EndTransaction): EndTransaction {
    if (environment.canary !== 'ignores-epochs' || transaction === undefined) return asked;
    return { ...asked, producerEpoch: transaction.producerEpoch };
  }

  return {
    apply({ transactionalId, transaction }) {
      if (transaction === null) transactions.delete(transactionalId);
      else transactions.set(transactionalId, transaction);
    },
    onLoaded(now) {
      const repliesOnceAppended: AppendedReply[] = [];
      for (const transaction of transactions.values()) {
        if (isEnding(transaction) && environment.canary !== 'loses-markers') {
          repliesOnceAppended.push(markersOf(transaction));
        }
        if (transaction.status !== 'Ongoing') continue;
        watchTimeout(transaction, Math.min(transaction.startMs + transaction.timeoutMs - now, transaction.timeoutMs));
      }
      planExpiration(settings().idExpirationCheckIntervalMs);
      return { records: [], replies: [], repliesOnceAppended };
    },
    onUnloaded: waiting.fail,
    init(asked, newProducerId, now, pending) {
      const decide = (transaction: Transaction | undefined, at: TimestampMs): TransactionDecision =>
        initProducerId(transaction, asked, settings().serverVersion, newProducerId, at);
      return take(
        asked.transactionalId,
        producerRequest(decide, pending, (transaction) => transaction),
        now,
      );
    },
    add: (transactionalId, asked, now, pending) => take(transactionalId, addRequest(asked, pending), now),
    addForWrite: (transactionalId, asked, now, pending) =>
      take(transactionalId, addForWriteRequest(asked, pending), now),
    verify(transactionalId, asked, pending) {
      const errorCodeOf = verifyPartitions(transactions.get(transactionalId), asked);
      return { records: [], replies: [replyTo(pending, errorCodeOf)] };
    },
    end(transactionalId, asked, newProducerId, now, pending) {
      const decide = (transaction: Transaction | undefined, at: TimestampMs): TransactionDecision =>
        endTransaction(transaction, asEndOf(transaction, asked), newProducerId, at);
      const answer = (transaction: Transaction) => (isEnding(transaction) ? completed(transaction, now) : transaction);
      return take(transactionalId, producerRequest(decide, pending, answer), now);
    },
    markersWritten(ended, now) {
      const transaction = transactions.get(ended.transactionalId);
      // The state that these markers belong to is still there; a shard that was loaded again may have sent them twice.
      const isSame =
        transaction?.status === ended.status &&
        transaction.producerId === ended.producerId &&
        transaction.producerEpoch === ended.producerEpoch;
      if (!isSame) return NOTHING;
      return {
        records: [{ transactionalId: ended.transactionalId, transaction: completed(transaction, now) }],
        replies: [],
        // Were it lost, the markers would be sent once more.
        isLazy: true,
      };
    },
    takeWaiting(transactionalId, now) {
      const request = waiting.take(transactionalId);
      return request === undefined ? undefined : take(transactionalId, request, now);
    },
    describe: (transactionalId, pending) => ({
      records: [],
      replies: [replyTo(pending, describeTransaction(transactionalId, transactions.get(transactionalId)))],
    }),
    list(filter, now, pending) {
      const listed = [...transactions.values()].filter((transaction) => isListed(transaction, filter, now));
      const shown = listed.map(({ transactionalId, producerId, status }) => ({
        transactionalId,
        producerId,
        transactionState: status,
      }));
      return { records: [], replies: [replyTo(pending, shown)] };
    },
  };
}
