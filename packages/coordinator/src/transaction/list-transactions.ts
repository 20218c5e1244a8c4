import type { ProducerId, TimestampMs } from '@sluice/kernel/ids';
import type { ListTransactionsRequest } from '@sluice/protocol/generated/messages/list-transactions-request';
import type { TransactionState } from '@sluice/protocol/generated/messages/list-transactions-response';
import { compileTopicRegex, type TopicRegex } from '../group/regex/topic-regex.ts';
import { TRANSACTION_STATUSES, type Transaction } from './transaction.ts';

export type ListedTransaction = TransactionState;

/** What ListTransactions asks for; whatever it leaves open matches all. */
export interface TransactionFilter {
  readonly producerIds: ReadonlySet<ProducerId>;
  /** Of those that the request names. */
  readonly statuses: ReadonlySet<string>;
  readonly hasStatuses: boolean;
  /** Open for longer than this; negative for all. */
  readonly durationMs: number;
  readonly pattern: TopicRegex | undefined;
}

/** States that Kafka knows, though nobody is ever seen in the last two. */
const KNOWN_STATUSES: ReadonlySet<string> = new Set([...TRANSACTION_STATUSES, 'Dead', 'PrepareEpochFence']);

/** The filter and the states that nobody knows, or why the pattern is none. */
export function filterOf(
  request: ListTransactionsRequest,
): { readonly filter: TransactionFilter; readonly unknownStates: string[] } | { readonly message: string } {
  const { stateFilters, transactionalIdPattern } = request;
  const pattern =
    transactionalIdPattern === null || transactionalIdPattern === ''
      ? undefined
      : compileTopicRegex(transactionalIdPattern);
  if (pattern?.kind === 'error') return pattern;
  const filter = {
    producerIds: new Set(request.producerIdFilters),
    statuses: new Set(stateFilters),
    hasStatuses: stateFilters.length > 0,
    durationMs: request.durationFilter,
    pattern,
  };
  return { filter, unknownStates: [...filter.statuses].filter((status) => !KNOWN_STATUSES.has(status)) };
}

export function isListed(transaction: Transaction, filter: TransactionFilter, now: TimestampMs): boolean {
  if (filter.producerIds.size > 0 && !filter.producerIds.has(transaction.producerId)) return false;
  if (filter.hasStatuses && !filter.statuses.has(transaction.status)) return false;
  if (filter.durationMs >= 0 && now - transaction.startMs <= filter.durationMs) return false;
  return filter.pattern === undefined || filter.pattern.matches(transaction.transactionalId);
}
