/*
 * DescribeTransactions (65), version 0.
 *
 * - State, producer, timeout, start and partitions of transactional ids whose coordinator this broker is (KIP-664).
 */
import type { TransactionCoordinator } from '@sluice/coordinator/transaction/transaction-coordinator';
import { describeTransactionsRequestCodec } from '@sluice/protocol/generated/messages/describe-transactions-request';
import { describeTransactionsResponseCodec } from '@sluice/protocol/generated/messages/describe-transactions-response';
import { defineApi } from '../define-api.ts';

export function describeTransactionsApi({ transactions }: { transactions: TransactionCoordinator }) {
  return defineApi({
    request: describeTransactionsRequestCodec,
    response: describeTransactionsResponseCodec,
    handle: ({ transactionalIds }) => transactions.describeTransactions(transactionalIds),
  });
}
