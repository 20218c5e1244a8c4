/** What Kafka's protocol says about one error code. */
export interface ErrorSpec {
  readonly code: number;
  readonly name: string;
  /** Whether a client may expect the same request to succeed later. */
  readonly retriable: boolean;
}
