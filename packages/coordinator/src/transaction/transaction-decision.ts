import type { Transaction } from './transaction.ts';

/** What a request to a transactional id comes to. */
export type TransactionDecision =
  | { readonly kind: 'refused'; readonly errorCode: number }
  /** Nothing changes: it was done before. */
  | { readonly kind: 'unchanged'; readonly transaction: Transaction }
  /** The answer leaves when the new state is durable. */
  | { readonly kind: 'changed'; readonly transaction: Transaction }
  /** The state is written, its markers too; then the request is looked at again. */
  | { readonly kind: 'ends-first'; readonly transaction: Transaction }
  /** An earlier transaction is being ended; Kafka answers CONCURRENT_TRANSACTIONS, and clients come again a little later. */
  | { readonly kind: 'waits' }
  /** Ask again with a producer id that nobody has. */
  | { readonly kind: 'needs-producer-id' };

export function refused(errorCode: number): TransactionDecision {
  return { kind: 'refused', errorCode };
}

export const WAITS: TransactionDecision = { kind: 'waits' };
export const NEEDS_PRODUCER_ID: TransactionDecision = { kind: 'needs-producer-id' };
