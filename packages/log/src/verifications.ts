import type { ProducerEpoch, ProducerId, TimestampMs } from '@sluice/kernel/ids';

/**
 * Goes with a transactional batch from the question whether its partition is in the transaction to the append. Once a
 * marker has come meanwhile it is worth nothing (KIP-890): else a late batch would begin a transaction that nobody ends.
 */
export interface VerificationGuard {
  readonly producerId: ProducerId;
}

/** For a batch that nobody asked about. */
export const NO_VERIFICATION: VerificationGuard = { producerId: -1 };

/** What is asked about. −1 for the sequence of a coordinator's batch. */
export interface VerifiedBatch {
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
  readonly baseSequence: number;
}

interface Verification {
  readonly guard: VerificationGuard;
  /** Whether the producer raises its epoch with every transaction, and so begins at sequence 0. */
  readonly beginsAtZero: boolean;
  readonly startedMs: TimestampMs;
  producerEpoch: ProducerEpoch;
  /** Of the batches that asked: a later one must not be appended first. */
  sequenceMin: number;
}

/** The producers of one partition whose next transactional batch is being asked about. */
export interface Verifications {
  start(batch: VerifiedBatch, beginsAtZero: boolean, nowMs: TimestampMs): VerificationGuard;
  /** Whether nothing has ended since the guard was given. */
  isValid(guard: VerificationGuard): boolean;
  get(producerId: ProducerId): Pick<Verification, 'beginsAtZero' | 'sequenceMin'> | undefined;
  /** The producer's transaction began here, or ended. */
  end(producerId: ProducerId): void;
  expire(nowMs: TimestampMs, expirationMs: number): void;
  clear(): void;
}

export function createVerifications(): Verifications {
  return new PartitionVerifications();
}

class PartitionVerifications implements Verifications {
  readonly #byProducer = new Map<ProducerId, Verification>();

  start(batch: VerifiedBatch, beginsAtZero: boolean, startedMs: TimestampMs): VerificationGuard {
    const { producerId, producerEpoch, baseSequence } = batch;
    const known = this.#byProducer.get(producerId);
    if (known === undefined) {
      const guard = { producerId };
      this.#byProducer.set(producerId, { guard, beginsAtZero, startedMs, producerEpoch, sequenceMin: baseSequence });
      return guard;
    }
    if (producerEpoch > known.producerEpoch) {
      known.producerEpoch = producerEpoch;
      known.sequenceMin = baseSequence;
    } else if (producerEpoch === known.producerEpoch) {
      known.sequenceMin = Math.min(known.sequenceMin, baseSequence);
    }
    return known.guard;
  }

  isValid(guard: VerificationGuard): boolean {
    return this.#byProducer.get(guard.producerId)?.guard === guard;
  }

  get(producerId: ProducerId): Verification | undefined {
    return this.#byProducer.get(producerId);
  }

  end(producerId: ProducerId): void {
    this.#byProducer.delete(producerId);
  }

  expire(nowMs: TimestampMs, expirationMs: number): void {
    for (const [producerId, { startedMs }] of this.#byProducer) {
      if (nowMs - startedMs >= expirationMs) this.#byProducer.delete(producerId);
    }
  }

  clear(): void {
    this.#byProducer.clear();
  }
}
