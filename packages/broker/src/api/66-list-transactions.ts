/*
 * ListTransactions (66), versions 0–2.
 *
 * - Of the transactional ids whose coordinator this broker is; COORDINATOR_LOAD_IN_PROGRESS while it reads any of them.
 * - v1: by duration (KIP-994). v2: by a pattern that the whole id matches (KIP-1152), in RE2's syntax.
 */
import type { TransactionCoordinator } from '@sluice/coordinator/transaction/transaction-coordinator';
import { listTransactionsRequestCodec } from '@sluice/protocol/generated/messages/list-transactions-request';
import { listTransactionsResponseCodec } from '@sluice/protocol/generated/messages/list-transactions-response';
import { defineApi } from '../define-api.ts';

export function listTransactionsApi({ transactions }: { transactions: TransactionCoordinator }) {
  return defineApi({
    request: listTransactionsRequestCodec,
    response: listTransactionsResponseCodec,
    handle: (request) => transactions.listTransactions(request),
  });
}
