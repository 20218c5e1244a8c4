import { ERRORS } from '@sluice/protocol/generated/errors';

/** A broker's answer with an error code. */
export class KafkaError extends Error {
  override readonly name = 'KafkaError';
  readonly code: number;
  /** Kafka's name of the code. */
  readonly codeName: string;
  /** What the broker added in words; null when it added nothing. */
  readonly brokerMessage: string | null;
  /** Whether the same request may succeed later. */
  readonly isRetriable: boolean;
  constructor(code: number, brokerMessage: string | null) {
    const codeName = ERRORS.get(code)?.name ?? `error ${code}`;
    super(brokerMessage === null || brokerMessage === '' ? codeName : `${codeName}: ${brokerMessage}`);
    this.code = code;
    this.codeName = codeName;
    this.brokerMessage = brokerMessage === '' ? null : brokerMessage;
    this.isRetriable = ERRORS.get(code)?.retriable ?? false;
  }
}
