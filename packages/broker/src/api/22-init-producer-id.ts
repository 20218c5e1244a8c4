/*
 * InitProducerId (22), versions 0–5.
 *
 * - Without a transactional id: a producer id that no other producer ever had, epoch 0.
 * - With one: COORDINATOR_NOT_AVAILABLE, since there are no transactions yet.
 * - v2: flexible. v3: the producer's own id and epoch, to bump it (KIP-360). v4: PRODUCER_FENCED. v5: TRANSACTION_ABORTABLE
 *   (KIP-890).
 */
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { initProducerIdRequestCodec } from '@sluice/protocol/generated/messages/init-producer-id-request';
import { initProducerIdResponseCodec } from '@sluice/protocol/generated/messages/init-producer-id-response';
import { defineApi } from '../define-api.ts';

/** Hands out producer ids; the error code says why there is none. */
export type NextProducerId = () => Promise<{ readonly producerId: number } | { readonly errorCode: number }>;

export function initProducerIdApi({ nextProducerId }: { nextProducerId: NextProducerId }) {
  return defineApi({
    request: initProducerIdRequestCodec,
    response: initProducerIdResponseCodec,
    async handle({ transactionalId, producerId, producerEpoch }) {
      const refusal = (errorCode: number) => ({ errorCode, producerId: -1, producerEpoch: -1 });
      // An id without an epoch or an epoch without an id is no producer.
      const isHalf = (producerId === -1) !== (producerEpoch === -1);
      if (transactionalId === '' || isHalf) return refusal(ErrorCode.INVALID_REQUEST);
      if (transactionalId !== null) return refusal(ErrorCode.COORDINATOR_NOT_AVAILABLE);
      const given = await nextProducerId();
      if ('errorCode' in given) return refusal(given.errorCode);
      return { errorCode: ErrorCode.NONE, producerId: given.producerId, producerEpoch: 0 };
    },
  });
}
