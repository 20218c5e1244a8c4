/*
 * AllocateProducerIds: a broker gets a block of ids that nobody else ever gets. The next id is durable before the block
 * is used, so a crash loses ids but never repeats one.
 */
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { producerIdsKey } from '../image/keys.ts';
import { encodeProducerIds } from '../image/values.ts';
import { apiError } from './api-error.ts';
import type { Decided, DecisionContext } from './decision.ts';
import type { AllocateProducerIdsReply, AllocateProducerIdsRequest } from './requests.ts';

/** As large as Kafka's. */
export const PRODUCER_ID_BLOCK_COUNT = 1_000;

export function allocateProducerIds(
  { image }: DecisionContext,
  { brokerId, brokerEpoch }: AllocateProducerIdsRequest,
): Decided<AllocateProducerIdsReply> {
  const refuse = (errorCode: number, message: string) => ({
    writes: [],
    reply: { ...apiError(errorCode, message), producerIdStart: -1, producerIdLen: 0 },
  });
  const broker = image.brokers.get(brokerId);
  if (broker === undefined || broker.epoch !== brokerEpoch) {
    return refuse(ErrorCode.STALE_BROKER_EPOCH, `Broker ${brokerId} is not registered with epoch ${brokerEpoch}.`);
  }
  const producerIdStart = image.nextProducerId;
  const next = producerIdStart + PRODUCER_ID_BLOCK_COUNT;
  if (next > Number.MAX_SAFE_INTEGER) return refuse(ErrorCode.UNKNOWN_SERVER_ERROR, 'All producer ids were given out.');
  return {
    writes: [{ stage: [], commit: [{ kind: 'put', key: producerIdsKey, value: encodeProducerIds({ next }) }] }],
    reply: { ...apiError(ErrorCode.NONE), producerIdStart, producerIdLen: PRODUCER_ID_BLOCK_COUNT },
  };
}
