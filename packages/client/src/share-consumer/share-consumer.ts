import { EventEmitter } from 'node:events';
import { UserError } from './errors.ts';
import type { ShareConsumeOptions, ShareConsumerOptions, ShareConsumerPorts } from './options.ts';
import type { ShareMessage } from './share-message.ts';
import type { ShareMessages } from './share-messages.ts';

export interface AssignedTopic {
  readonly topic: string;
  readonly partitions: readonly number[];
}

export interface ShareConsumerEvents {
  'consumer:group:join': [{ readonly groupId: string; readonly memberId: string }];
  'consumer:group:leave': [{ readonly groupId: string; readonly memberId: string }];
  /** The group took this member for gone; it joins again by itself. */
  'consumer:group:rejoin': [];
  'consumer:group:rebalance': [{ readonly groupId: string; readonly assignments: readonly AssignedTopic[] }];
  /** A request failed in passing; it is repeated. */
  'consumer:retry': [{ readonly error: Error }];
}

/**
 * A member of a share group (KIP-932): a queue on a topic, whose messages are taken, acknowledged and redelivered one by
 * one, by as many members as one likes.
 *
 * @example
 * const consumer = new ShareConsumer({
 *   clientId: 'worker', groupId: 'jobs', bootstrapBrokers: ['127.0.0.1:9092'],
 *   acknowledgementMode: 'explicit', deserializers: stringDeserializers,
 * });
 * for await (const message of await consumer.consume({ topics: ['jobs'] })) {
 *   try {
 *     await work(message.value);
 *     message.accept();
 *   } catch {
 *     message.release();
 *   }
 * }
 */
export class ShareConsumer<Key = Buffer, Value = Buffer, HeaderKey = Buffer, HeaderValue = Buffer>
  extends EventEmitter<ShareConsumerEvents>
  implements AsyncDisposable
{
  readonly groupId: string;
  /** Made by this side. */
  readonly memberId: string;

  constructor(options: ShareConsumerOptions<Key, Value, HeaderKey, HeaderValue>, ports: ShareConsumerPorts) {
    super();
    this.groupId = options.groupId;
    this.memberId = ports.random.uuid();
  }

  /** The partitions that the group gave this member. */
  get assignments(): readonly AssignedTopic[] {
    return [];
  }

  /**
   * Joins the group, if this is not a member yet, and takes messages of these topics. One loop at a time: fails with
   * `UserError` while another is active. Settles when the group has taken the member in.
   */
  async consume(
    _options: ShareConsumeOptions<Key, Value, HeaderKey, HeaderValue>,
  ): Promise<ShareMessages<Key, Value, HeaderKey, HeaderValue>> {
    throw new UserError('not there yet');
  }

  /** `for await (const message of consumer)`: takes messages of the option `topics`. */
  [Symbol.asyncIterator](): AsyncIterableIterator<ShareMessage<Key, Value, HeaderKey, HeaderValue>> {
    throw new UserError('not there yet');
  }

  /**
   * Sends what was acknowledged (implicit mode: accepts all that was handed out), and settles when the brokers have
   * answered all of it. Fails with `AcknowledgementError`, which names the messages that may come again.
   */
  async commit(): Promise<void> {
    throw new UserError('not there yet');
  }

  /**
   * Sends what was acknowledged, releases the rest and leaves the group. Calling it again waits for the same end. Fails
   * with `AcknowledgementError` if it could not find out that all which was acknowledged counts; it is closed then, too.
   */
  async close(): Promise<void> {
    throw new UserError('not there yet');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
