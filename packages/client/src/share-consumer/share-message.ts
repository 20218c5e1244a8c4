/**
 * A message that this consumer alone has, until its lock ends (the group's `share.record.lock.duration.ms`, 30 seconds
 * unless it is set otherwise). Then it goes to another member, or again to this one.
 *
 * Acknowledgements leave in batches. Nothing is settled before `settled()`, or the consumer's `commit()`, is.
 */
export interface ShareMessage<Key = Buffer, Value = Buffer, HeaderKey = Buffer, HeaderValue = Buffer> {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly timestamp: bigint;
  /** Undefined: the record has none. */
  readonly key: Key | undefined;
  readonly value: Value | undefined;
  /** The last of each name. */
  readonly headers: ReadonlyMap<HeaderKey, HeaderValue | undefined>;
  /** All, in their order, repeated names too. */
  readonly headerEntries: readonly (readonly [HeaderKey, HeaderValue | undefined])[];
  /** How often it was delivered, this time included: 1 is the first. */
  readonly deliveryCount: number;
  /** When the lock ends at the earliest, milliseconds from now; 0 or less: it may be another's already. */
  readonly lockRemainingMs: number;
  /** What was said of it last; undefined: nothing yet. A renewed lock leaves the message to be acknowledged. */
  readonly acknowledgement: 'accept' | 'release' | 'reject' | undefined;

  /** It is done: nobody gets it again. Throws `UserError` if something was said of it before, or in implicit mode. */
  accept(): void;
  /** Somebody gets it again soon, unless it was delivered as often as the group allows. Throws as `accept`. */
  release(): void;
  /** Nobody gets it again: it cannot be processed. Throws as `accept`. */
  reject(): void;
  /** The lock begins anew: the work takes longer. Needs Kafka 4.2. Throws as `accept`. */
  renew(): void;
  /**
   * Sends what was said of the message at once, and settles when the broker has answered. Fails with
   * `AcknowledgementError` if it does not count: the lock had ended, or the answer was lost.
   */
  settled(): Promise<void>;
}
