export type ClientErrorTag =
  /** Nothing listens there. */
  | 'refused'
  /** The network gives no way to it. */
  | 'unreachable'
  /** The name or address does not exist. */
  | 'no-such-address'
  /** The connection ended before the answer was there. */
  | 'closed'
  /** No answer in time. */
  | 'timeout'
  /** Whoever answers does not speak Kafka's protocol. */
  | 'not-kafka'
  /** The broker has no version of the API that we have. */
  | 'unsupported';

/** No answer of a broker: what happened on the way to it. Answers with an error code are `KafkaError`. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly tag: ClientErrorTag;
  /** `host:port` of the broker that was asked. */
  readonly address: string;
  constructor(tag: ClientErrorTag, address: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.tag = tag;
    this.address = address;
  }
}
