/** What all errors of the share consumer have. The names are those of @platformatic/kafka where it has one. */
export class ShareConsumerError extends Error {
  override readonly name: string = 'ShareConsumerError';
  /** `SLUICE_…`: stable, to be compared. */
  readonly code: string;
  /** Whether the same may succeed later. */
  readonly canRetry: boolean;
  constructor(code: string, message: string, { canRetry, ...rest }: ErrorOptions & { readonly canRetry: boolean }) {
    super(message, rest);
    this.code = code;
    this.canRetry = canRetry;
  }
}

/** The program asks for what cannot be: a wrong option, a message acknowledged twice, a closed consumer. */
export class UserError extends ShareConsumerError {
  override readonly name = 'UserError';
  constructor(message: string, options: ErrorOptions = {}) {
    super('SLUICE_USER', message, { canRetry: false, ...options });
  }
}

export function closedError(): UserError {
  return new UserError('the consumer is closed');
}

/** No answer: nothing listens there, the connection ended, or the time is over. */
export class NetworkError extends ShareConsumerError {
  override readonly name = 'NetworkError';
  constructor(message: string, options: ErrorOptions = {}) {
    super('SLUICE_NETWORK', message, { canRetry: true, ...options });
  }
}

/** The broker is too old: share groups need Kafka 4.1, renewed locks and `record_limit` Kafka 4.2. */
export class UnsupportedApiError extends ShareConsumerError {
  override readonly name = 'UnsupportedApiError';
  constructor(message: string, options: ErrorOptions = {}) {
    super('SLUICE_UNSUPPORTED_API', message, { canRetry: false, ...options });
  }
}

export interface ProtocolErrorOptions extends ErrorOptions {
  readonly canRetry: boolean;
  readonly apiId: string;
  readonly apiCode: number;
}

/** A broker's answer with an error code. */
export class ProtocolError extends ShareConsumerError {
  override readonly name = 'ProtocolError';
  /** Kafka's name of the code: `GROUP_AUTHORIZATION_FAILED`. */
  readonly apiId: string;
  /** Kafka's number of it. */
  readonly apiCode: number;
  constructor(message: string, { apiId, apiCode, ...rest }: ProtocolErrorOptions) {
    super('SLUICE_PROTOCOL', message, rest);
    this.apiId = apiId;
    this.apiCode = apiCode;
  }
}

/** A deserializer threw; the message was released. */
export class DeserializationError extends ShareConsumerError {
  override readonly name = 'DeserializationError';
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  constructor(at: { topic: string; partition: number; offset: bigint }, cause: unknown) {
    const message = `${at.topic}-${at.partition}, offset ${at.offset}, cannot be deserialized`;
    super('SLUICE_DESERIALIZATION', message, { canRetry: false, cause });
    this.topic = at.topic;
    this.partition = at.partition;
    this.offset = at.offset;
  }
}

export interface UnsettledMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly error: ShareConsumerError;
}

/** Acknowledgements that do not count: these messages may come again, to anyone. */
export class AcknowledgementError extends ShareConsumerError {
  override readonly name = 'AcknowledgementError';
  readonly failures: readonly UnsettledMessage[];
  constructor(failures: readonly UnsettledMessage[]) {
    const [first] = failures;
    const example = first === undefined ? '' : `: ${first.topic}-${first.partition}, offset ${first.offset}`;
    const message = `${failures.length} acknowledged messages may come again${example}: ${first?.error.message ?? ''}`;
    super('SLUICE_ACKNOWLEDGEMENT', message, { canRetry: false, cause: first?.error });
    this.failures = failures;
  }
}
