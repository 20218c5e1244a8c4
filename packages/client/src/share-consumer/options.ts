import type { Clock } from '@sluice/kernel/clock';
import type { Network } from '@sluice/kernel/network';
import type { Random } from '@sluice/kernel/random';
import type { BrokerAddress } from '../broker-address.ts';
import type { Deserializers } from './deserializers.ts';
import type { ShareConsumerError } from './errors.ts';

/**
 * Who says what became of a message (Kafka's `share.acknowledgement.mode`).
 * - `implicit`: asking for the next message accepts those before it.
 * - `explicit`: each message is accepted, released or rejected by name.
 */
export type AcknowledgementMode = 'implicit' | 'explicit';

/**
 * How many messages a fetch locks (Kafka's `share.acquire.mode`).
 * - `batch_optimized`: whole record batches as they were produced, even if that is more than `maxRecords`.
 * - `record_limit`: never more than `maxRecords` at once.
 */
export type AcquireMode = 'batch_optimized' | 'record_limit';

/** What becomes of a message that a deserializer throws on. `fail` releases it, and the loop ends with the error. */
export type DeserializationErrorAction = 'fail' | 'release' | 'reject';

export interface DeserializationFailure {
  readonly error: unknown;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly deliveryCount: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** What a broker answered for messages of one partition that were acknowledged (Kafka's AcknowledgementCommitCallback). */
export interface AcknowledgementResult {
  readonly topic: string;
  readonly partition: number;
  readonly offsets: readonly bigint[];
  readonly acknowledgement: 'accept' | 'release' | 'reject' | 'renew';
  /** Undefined: it is written, and holds whatever happens. Otherwise these messages may come again, to anyone. */
  readonly error: ShareConsumerError | undefined;
}

/** How messages are fetched and acknowledged. All times are in milliseconds. */
export interface ShareConsumeSettings<Key = Buffer, Value = Buffer, HeaderKey = Buffer, HeaderValue = Buffer> {
  readonly deserializers?: Partial<Deserializers<Key, Value, HeaderKey, HeaderValue>>;
  /** Default: `implicit`. */
  readonly acknowledgementMode?: AcknowledgementMode;
  /** Default: `batch_optimized`. `record_limit` needs Kafka 4.2. */
  readonly acquireMode?: AcquireMode;
  /** How many messages one fetch takes. Default: 500. */
  readonly maxRecords?: number;
  /** Default: 1. */
  readonly minBytes?: number;
  /** Default: 52,428,800. */
  readonly maxBytes?: number;
  /**
   * How long a broker waits for messages before it answers a fetch, half of a lock and of `timeout` at most;
   * acknowledgements may have to wait as long. Default: 500.
   */
  readonly maxWaitTime?: number;
  /** How long acknowledgements wait for others, or for a fetch, to go with. Default: 100. */
  readonly maxAcknowledgeWaitTime?: number;
  /** Told for each partition, kind and answer. What it throws ends the loop. */
  readonly onAcknowledgement?: (result: AcknowledgementResult) => void;
  /** Default: every failure is `fail`. */
  readonly onDeserializationError?: (failure: DeserializationFailure) => DeserializationErrorAction;
}

export interface ShareConsumerOptions<Key = Buffer, Value = Buffer, HeaderKey = Buffer, HeaderValue = Buffer>
  extends ShareConsumeSettings<Key, Value, HeaderKey, HeaderValue> {
  readonly clientId: string;
  readonly bootstrapBrokers: readonly (string | BrokerAddress)[];
  readonly groupId: string;
  readonly clientRack?: string;
  /** For a consumer that is iterated itself; else `consume` is told them. */
  readonly topics?: readonly string[];
  /** For connecting, joining and each answer. Default: 5,000. */
  readonly timeout?: number;
  /** Between attempts, while a broker is away. Default: 250. */
  readonly retryDelay?: number;
  /** Lets the broker make topics that are not there. Default: false. */
  readonly autocreateTopics?: boolean;
}

export interface ShareConsumeOptions<Key = Buffer, Value = Buffer, HeaderKey = Buffer, HeaderValue = Buffer>
  extends ShareConsumeSettings<Key, Value, HeaderKey, HeaderValue> {
  readonly topics: readonly string[];
  /**
   * Ends the loop, as if there were no more messages. What was not handed out is released; what was can still be
   * acknowledged until the consumer is closed.
   */
  readonly signal?: AbortSignal;
}

/** The world that a consumer lives in: the real one, or a simulated one. */
export interface ShareConsumerPorts {
  readonly network: Network;
  readonly clock: Clock;
  readonly random: Random;
  /** Keeps the process alive until the function that it gives is called: timers do not, and a broker may be away. */
  readonly holdProcess?: () => () => void;
}
