/*
 * A broker's registration, whose revision is the broker's epoch, and its state while its lease lives.
 */
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { brokerKey, liveKey } from '../image/keys.ts';
import { encodeBroker, encodeLive } from '../image/values.ts';
import { apiError } from './api-error.ts';
import type { Decided, DecisionContext } from './decision.ts';
import type {
  ChangeBrokerStateReply,
  ChangeBrokerStateRequest,
  RegisterBrokerReply,
  RegisterBrokerRequest,
} from './requests.ts';

/** Refuses an id whose holder is another process and still alive: two brokers with one number would share partitions. */
export function registerBroker(
  { image }: DecisionContext,
  request: RegisterBrokerRequest,
): Decided<RegisterBrokerReply> {
  const { brokerId, incarnationId, endpoints, rack, logDirs, lease, state } = request;
  const current = image.brokers.get(brokerId);
  if (current !== undefined && current.incarnationId !== incarnationId && current.state !== 'fenced') {
    const message = `Another process is registered as broker ${brokerId} and its registration has not ended.`;
    return { writes: [], reply: apiError(ErrorCode.DUPLICATE_BROKER_REGISTRATION, message) };
  }
  return {
    writes: [
      {
        stage: [],
        commit: [
          { kind: 'put', key: brokerKey(brokerId), value: encodeBroker({ incarnationId, endpoints, rack, logDirs }) },
          { kind: 'put', key: liveKey(brokerId), value: encodeLive({ incarnationId, state }), lease },
        ],
      },
    ],
    reply: apiError(ErrorCode.NONE),
  };
}

/** Fences or unfences a broker, or takes it out of the choice for new leaderships. Its epoch stays. */
export function changeBrokerState(
  { image }: DecisionContext,
  { brokerId, brokerEpoch, lease, state }: ChangeBrokerStateRequest,
): Decided<ChangeBrokerStateReply> {
  const broker = image.brokers.get(brokerId);
  if (broker === undefined) {
    return { writes: [], reply: apiError(ErrorCode.BROKER_ID_NOT_REGISTERED, `Broker ${brokerId} is not registered.`) };
  }
  if (broker.epoch !== brokerEpoch) {
    const message = `The epoch of broker ${brokerId} is ${broker.epoch}, not ${brokerEpoch}.`;
    return { writes: [], reply: apiError(ErrorCode.STALE_BROKER_EPOCH, message) };
  }
  const value = encodeLive({ incarnationId: broker.incarnationId, state });
  return {
    writes: [{ stage: [], commit: [{ kind: 'put', key: liveKey(brokerId), value, lease }] }],
    reply: apiError(ErrorCode.NONE),
  };
}
