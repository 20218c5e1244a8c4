/**
 * Clients of Sluice, and of Apache Kafka, for what other client libraries have not: a consumer in a share group.
 *
 * @example
 * import { ShareConsumer, stringDeserializers } from 'sluice/client';
 *
 * const consumer = new ShareConsumer({
 *   clientId: 'worker', groupId: 'jobs', bootstrapBrokers: ['127.0.0.1:9092'], deserializers: stringDeserializers,
 * });
 * for await (const message of await consumer.consume({ topics: ['jobs'] })) await work(message.value);
 *
 * @module
 */
import type { ShareConsumerOptions } from '@sluice/client/share-consumer/options';
import { ShareConsumer as AnyWorldsShareConsumer } from '@sluice/client/share-consumer/share-consumer';
import { realClock } from '@sluice/kernel/real/clock';
import { holdProcess } from '@sluice/kernel/real/hold-process';
import { realNetwork } from '@sluice/kernel/real/network';
import { realRandom } from '@sluice/kernel/real/random';

export {
  type Deserializer,
  type Deserializers,
  jsonDeserializer,
  stringDeserializer,
  stringDeserializers,
} from '@sluice/client/share-consumer/deserializers';
export {
  AcknowledgementError,
  DeserializationError,
  NetworkError,
  ProtocolError,
  ShareConsumerError,
  type UnsettledMessage,
  UnsupportedApiError,
  UserError,
} from '@sluice/client/share-consumer/errors';
export type {
  AcknowledgementMode,
  AcknowledgementResult,
  AcquireMode,
  DeserializationErrorAction,
  DeserializationFailure,
  ShareConsumeOptions,
  ShareConsumerOptions,
  ShareConsumeSettings,
} from '@sluice/client/share-consumer/options';
export type { AssignedTopic, ShareConsumerEvents } from '@sluice/client/share-consumer/share-consumer';
export type { ShareMessage } from '@sluice/client/share-consumer/share-message';
export type { ShareMessages } from '@sluice/client/share-consumer/share-messages';

/** A member of a share group (KIP-932): a queue on a topic, whose messages are acknowledged one by one. */
export class ShareConsumer<
  Key = Buffer,
  Value = Buffer,
  HeaderKey = Buffer,
  HeaderValue = Buffer,
> extends AnyWorldsShareConsumer<Key, Value, HeaderKey, HeaderValue> {
  /** Fails with `UserError` for an option that cannot be. */
  constructor(options: ShareConsumerOptions<Key, Value, HeaderKey, HeaderValue>) {
    super(options, { clock: realClock, network: realNetwork, random: realRandom, holdProcess });
  }
}
