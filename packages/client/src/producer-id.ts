import type { ProducerEpoch, ProducerId } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { initProducerIdRequestCodec } from '@sluice/protocol/generated/messages/init-producer-id-request';
import { initProducerIdResponseCodec } from '@sluice/protocol/generated/messages/init-producer-id-response';
import type { Cluster } from './cluster.ts';
import { KafkaError } from './kafka-error.ts';

const INIT_PRODUCER_ID = { request: initProducerIdRequestCodec, response: initProducerIdResponseCodec };
/** Without transactions it means nothing, and Kafka's own producer sends this. */
const NO_TRANSACTION_TIMEOUT_MS = 2 ** 31 - 1;

export interface ProducerIdentity {
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
}

/** An identity for idempotent writes; undefined where the cluster gives none, or not to this user. */
export async function initProducer(cluster: Cluster): Promise<ProducerIdentity | undefined> {
  const broker = await cluster.any();
  if (broker.versionOf(INIT_PRODUCER_ID) === undefined) return undefined;
  const { errorCode, producerId, producerEpoch } = await broker.request(INIT_PRODUCER_ID, () => ({
    transactionalId: null,
    transactionTimeoutMs: NO_TRANSACTION_TIMEOUT_MS,
  }));
  if (errorCode === ErrorCode.CLUSTER_AUTHORIZATION_FAILED) return undefined;
  if (errorCode !== ErrorCode.NONE) throw new KafkaError(errorCode, null);
  return { producerId, producerEpoch };
}
