import type { Acknowledgement } from './acknowledgement.ts';
import { AcknowledgementError, type ShareConsumerError, type UnsettledMessage } from './errors.ts';

/** How many failures are kept for a `commit` that comes later; the newest. */
const FAILURES_KEPT_MAX = 10_000;

/** What was said of messages, until the brokers have answered. */
export interface Settlements {
  track(acknowledgement: Acknowledgement): void;
  settle(acknowledgements: readonly Acknowledgement[], error: ShareConsumerError | undefined): void;
  /** Settles when all that is tracked by now is answered, however. */
  whenAnswered(): Promise<void>;
  /** Throws `AcknowledgementError` with what failed of the user's since the last call. */
  throwFailures(): void;
  forgetFailures(): void;
}

interface Barrier {
  readonly left: Set<Acknowledgement>;
  resolve(): void;
}

export function createSettlements(): Settlements {
  const unsettled = new Set<Acknowledgement>();
  const barriers = new Set<Barrier>();
  let failures: UnsettledMessage[] = [];

  function end(acknowledgement: Acknowledgement, error: ShareConsumerError | undefined): void {
    if (unsettled.delete(acknowledgement) && error !== undefined && acknowledgement.isUsers) {
      const { place, firstOffset } = acknowledgement;
      failures.push({ topic: place.topic, partition: place.partition, offset: BigInt(firstOffset), error });
      if (failures.length > FAILURES_KEPT_MAX) failures.shift();
    }
    acknowledgement.outcome = { error };
    for (const listener of acknowledgement.listeners.splice(0)) listener(error);
    for (const { left } of barriers) left.delete(acknowledgement);
  }

  return {
    track: (acknowledgement) => void unsettled.add(acknowledgement),
    settle(acknowledgements, error) {
      for (const each of acknowledgements) end(each, error);
      for (const barrier of barriers) {
        if (barrier.left.size > 0) continue;
        barriers.delete(barrier);
        barrier.resolve();
      }
    },
    async whenAnswered() {
      if (unsettled.size === 0) return;
      await new Promise<void>((resolve) => barriers.add({ left: new Set(unsettled), resolve }));
    },
    forgetFailures() {
      failures = [];
    },
    throwFailures() {
      const told = failures;
      failures = [];
      if (told.length > 0) throw new AcknowledgementError(told);
    },
  };
}
