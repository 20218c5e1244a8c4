import { ErrorCode } from '@sluice/protocol/generated/errors';
import { NOTHING, type Reply, type ShardTimers } from '../runtime/coordinator-shard.ts';
import type { TransactionRecord } from './transaction-record-serde.ts';
import type { TransactionRequest } from './transaction-request.ts';

/** How long a request waits for the end of the transaction before it; then it is told CONCURRENT_TRANSACTIONS. */
export const CONCURRENT_WAIT_MS_MAX = 1_000;
/** Requests that wait for one transactional id; a well-behaved producer has one. */
export const WAITING_PER_ID_MAX = 8;

/**
 * Requests that came while a transaction is being ended. Kafka sends them away with CONCURRENT_TRANSACTIONS, and clients
 * come again after 20 ms or more; markers are mostly written within a few.
 */
export interface WaitingRequests {
  /** A refusal if too many wait already. */
  add(transactionalId: string, request: TransactionRequest): Reply | undefined;
  /** The one that has waited longest; it waits no more. */
  take(transactionalId: string): TransactionRequest | undefined;
  fail(errorCode: number): void;
}

export function createWaitingRequests(timers: ShardTimers<TransactionRecord>): WaitingRequests {
  /** By transactional id, then by timer. */
  const waitingById = new Map<string, Map<string, TransactionRequest>>();
  let lastNumber = 0;

  function remove(transactionalId: string, key: string): TransactionRequest | undefined {
    const requests = waitingById.get(transactionalId);
    const request = requests?.get(key);
    requests?.delete(key);
    if (requests?.size === 0) waitingById.delete(transactionalId);
    return request;
  }

  return {
    add(transactionalId, request) {
      const requests = waitingById.get(transactionalId) ?? new Map<string, TransactionRequest>();
      if (requests.size >= WAITING_PER_ID_MAX) return request.refuse(ErrorCode.CONCURRENT_TRANSACTIONS);
      waitingById.set(transactionalId, requests);
      const key = `waiting ${++lastNumber}`;
      requests.set(key, request);
      timers.set(key, CONCURRENT_WAIT_MS_MAX, () => {
        const given = remove(transactionalId, key);
        if (given === undefined) return NOTHING;
        return { records: [], replies: [given.refuse(ErrorCode.CONCURRENT_TRANSACTIONS)] };
      });
      return undefined;
    },
    take(transactionalId) {
      const [key] = waitingById.get(transactionalId)?.keys() ?? [];
      if (key === undefined) return undefined;
      timers.cancel(key);
      return remove(transactionalId, key);
    },
    fail(errorCode) {
      const all = [...waitingById.values()].flatMap((requests) => [...requests.values()]);
      waitingById.clear();
      for (const request of all) request.fail(errorCode);
    },
  };
}
