/*
 * InitProducerId (22), versions 0–5.
 *
 * - Without a transactional id: a producer id that no other producer ever had, epoch 0.
 * - With one: its producer id and a higher epoch. What an earlier producer of it left open is aborted first; Kafka
 *   answers CONCURRENT_TRANSACTIONS meanwhile, here the answer waits for it for a while.
 * - v2: flexible. v3: the producer's own id and epoch, to bump it (KIP-360). v4: PRODUCER_FENCED, which older clients know
 *   as INVALID_PRODUCER_EPOCH. v5: TRANSACTION_ABORTABLE (KIP-890).
 */
import type { TransactionCoordinator } from '@sluice/coordinator/transaction/transaction-coordinator';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { initProducerIdRequestCodec } from '@sluice/protocol/generated/messages/init-producer-id-request';
import { initProducerIdResponseCodec } from '@sluice/protocol/generated/messages/init-producer-id-response';
import { defineApi } from '../define-api.ts';

const FENCED_FROM = 4;

export function initProducerIdApi({ transactions }: { transactions: TransactionCoordinator }) {
  return defineApi({
    request: initProducerIdRequestCodec,
    response: initProducerIdResponseCodec,
    async handle(request, { apiVersion }) {
      const response = await transactions.initProducerId(request);
      const isUnknownError = apiVersion < FENCED_FROM && response.errorCode === ErrorCode.PRODUCER_FENCED;
      return isUnknownError ? { ...response, errorCode: ErrorCode.INVALID_PRODUCER_EPOCH } : response;
    },
  });
}
