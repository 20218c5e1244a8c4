import { EventEmitter } from 'node:events';
import type { Acknowledgement } from './acknowledgement.ts';
import { resultsOf } from './acknowledgement-results.ts';
import { closedError, type ShareConsumerError, UserError } from './errors.ts';
import { createMessageLoop, type MessageLoop } from './message-loop.ts';
import type { ShareConsumeOptions, ShareConsumerOptions, ShareConsumerPorts } from './options.ts';
import { checkTopics, loopSettings, memberSettings } from './settings.ts';
import { createShareMember, type ShareMember } from './share-member.ts';
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
  /** Something went wrong in passing: a broker is away, a batch cannot be read. The consumer goes on by itself. */
  'consumer:error': [{ readonly error: Error }];
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
  readonly #options: ShareConsumerOptions<Key, Value, HeaderKey, HeaderValue>;
  readonly #ports: ShareConsumerPorts;
  readonly #member: ShareMember;
  #loop: MessageLoop<Key, Value, HeaderKey, HeaderValue> | undefined;
  #closing: Promise<void> | undefined;

  /** Fails with `UserError` for an option that cannot be. */
  constructor(options: ShareConsumerOptions<Key, Value, HeaderKey, HeaderValue>, ports: ShareConsumerPorts) {
    super();
    const settings = memberSettings(options);
    loopSettings(options);
    const { groupId } = settings;
    const memberId = ports.random.uuid();
    this.groupId = groupId;
    this.memberId = memberId;
    this.#options = options;
    this.#ports = ports;
    this.#member = createShareMember(settings, memberId, ports, {
      onJoined: () => void this.emit('consumer:group:join', { groupId, memberId }),
      onLeft: () => void this.emit('consumer:group:leave', { groupId, memberId }),
      onFenced: () => void this.emit('consumer:group:rejoin'),
      onAssigned: () => void this.emit('consumer:group:rebalance', { groupId, assignments: this.assignments }),
      onFailure: (error) => void this.emit('consumer:error', { error }),
      onAcknowledged: (acknowledgements, error) => this.#tell(acknowledgements, error),
    });
  }

  /** The partitions that the group gave this member. */
  get assignments(): readonly AssignedTopic[] {
    const byTopic = Map.groupBy(this.#member.places.values(), ({ topic }) => topic);
    return [...byTopic].map(([topic, places]) => ({ topic, partitions: places.map(({ partition }) => partition) }));
  }

  /**
   * Joins the group, if this is not a member yet, and takes messages of these topics; options that are not given are
   * those of the constructor. One loop at a time: fails with `UserError` while another is active. Settles when the group
   * has begun the partitions that it gave this member: what is sent to them from then on arrives, also in a group that is
   * new and begins at the end. A member that gets none waits three times `timeout` for some.
   */
  async consume(
    options: ShareConsumeOptions<Key, Value, HeaderKey, HeaderValue>,
  ): Promise<ShareMessages<Key, Value, HeaderKey, HeaderValue>> {
    if (this.#closing !== undefined) throw closedError();
    if (this.#loop?.messages.isActive === true) throw new UserError('another loop of this consumer is active');
    const { signal } = options;
    const topics = checkTopics(options.topics);
    signal?.throwIfAborted();
    const member = this.#member;
    const loop = createMessageLoop(loopSettings({ ...this.#options, ...options }), {
      clock: this.#ports.clock,
      say: member.say,
      wake: member.wake,
      flush: member.flush,
      onEnded: () => signal?.removeEventListener('abort', abort),
    });
    const givenUp = Promise.withResolvers<void>();
    const abort = () => {
      loop.end();
      givenUp.resolve();
    };
    signal?.addEventListener('abort', abort);
    this.#loop = loop;
    member.setLoop(loop);
    try {
      await member.join(topics);
      if (loop.messages.isActive) await Promise.race([member.whenBegun(), givenUp.promise]);
    } catch (error) {
      loop.end();
      throw error;
    }
    return loop.messages;
  }

  /** `for await (const message of consumer)`: takes messages of the option `topics`. */
  [Symbol.asyncIterator](): AsyncIterableIterator<ShareMessage<Key, Value, HeaderKey, HeaderValue>> {
    const opened = this.consume({ topics: checkTopics(this.#options.topics) }).then((messages) =>
      messages[Symbol.asyncIterator](),
    );
    opened.catch(() => {});
    const iterator: AsyncIterableIterator<ShareMessage<Key, Value, HeaderKey, HeaderValue>> = {
      next: async () => await (await opened).next(),
      return: async () => (await (await opened).return?.()) ?? { value: undefined, done: true },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /**
   * Sends what was acknowledged (implicit mode: accepts all that was handed out), and settles when the brokers have
   * answered all of it. Fails with `AcknowledgementError`, which names the messages that may come again, also those that
   * failed since it was called last.
   */
  async commit(): Promise<void> {
    if (this.#closing !== undefined) throw closedError();
    await this.#member.commit();
  }

  /**
   * Ends the loop, sends what was acknowledged, releases the rest and leaves the group. Calling it again waits for the
   * same end. Fails with `AcknowledgementError` if what it sent does not count, or nobody could find out; it is closed then, too.
   */
  async close(): Promise<void> {
    this.#closing ??= this.#end();
    await this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #end(): Promise<void> {
    this.#loop?.end();
    await this.#member.close();
  }

  #tell(acknowledgements: readonly Acknowledgement[], error: ShareConsumerError | undefined): void {
    const told = this.#loop?.settings.onAcknowledgement;
    if (told === undefined) return;
    try {
      for (const result of resultsOf(acknowledgements, error)) told(result);
    } catch (cause) {
      this.#loop?.end(new UserError(`onAcknowledgement failed: ${String(cause)}`, { cause }));
    }
  }
}
