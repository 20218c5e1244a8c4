/*
 * EndTxn (26), versions 0–5.
 *
 * - Answered once the decision is durable; markers reach the partitions with it or afterwards, whatever happens.
 * - v2: PRODUCER_FENCED, which older clients know as INVALID_PRODUCER_EPOCH. v3: flexible. v4: TRANSACTION_ABORTABLE.
 *   v5: the epoch rises with every transaction, and the answer tells it (KIP-890).
 */
import type { TransactionCoordinator } from '@sluice/coordinator/transaction/transaction-coordinator';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { endTxnRequestCodec } from '@sluice/protocol/generated/messages/end-txn-request';
import { endTxnResponseCodec } from '@sluice/protocol/generated/messages/end-txn-response';
import { defineApi } from '../define-api.ts';

const FENCED_FROM = 2;

export function endTxnApi({ transactions }: { transactions: TransactionCoordinator }) {
  return defineApi({
    request: endTxnRequestCodec,
    response: endTxnResponseCodec,
    async handle(request, { apiVersion }) {
      const response = await transactions.endTransaction(request, apiVersion);
      const isUnknownError = apiVersion < FENCED_FROM && response.errorCode === ErrorCode.PRODUCER_FENCED;
      return isUnknownError ? { ...response, errorCode: ErrorCode.INVALID_PRODUCER_EPOCH } : response;
    },
  });
}
