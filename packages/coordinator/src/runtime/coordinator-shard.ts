import type { Offset, ProducerEpoch, ProducerId, TimestampMs } from '@sluice/kernel/ids';
import type { Prerequisite } from '@sluice/log/prerequisite';
import type { VerificationGuard } from '@sluice/log/verifications';

/**
 * One coordinator's state, kept in one partition of an internal topic: what is durable changes only by applying records,
 * whether they were just decided or are replayed after a restart. What is not (who waits for an answer, timers) may
 * change at once, and is gone when the shard is unloaded.
 */
export interface CoordinatorShard<R> {
  /** A record that was just decided, or is replayed. Must not fail, must not answer, must not decide anything. */
  apply(record: R, context: ApplyContext): void;
  /** A marker ended the producer's transaction: what its transactional records said counts now, or never. As `apply`. */
  endTransaction?(producerId: ProducerId, isCommitted: boolean): void;
  /** All records are replayed: set timers, and decide what is due. */
  onLoaded(now: TimestampMs): Step<R>;
  /** The partition is led elsewhere, or failed: fails what still waits with this error code. Its timers are cancelled already. */
  onUnloaded(errorCode: number): void;
}

export interface ApplyContext {
  readonly offset: Offset;
  readonly timestampMs: TimestampMs;
  /** Of the batch; −1 outside of a transaction. */
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
  /** The record waits for the end of its producer's transaction. */
  readonly isTransactional: boolean;
}

/**
 * What one synchronous decision came to. The records are applied at once and appended; the replies leave when they, and
 * everything that was decided before them, are committed. A step without records is a read: its replies wait for what was
 * decided before, so that nobody sees what a crash could take back.
 */
export interface Step<R> {
  readonly records: readonly R[];
  readonly replies: readonly Reply[];
  /**
   * Replies that tell of nothing that a crash could take back, since it was in no record before either: they leave at
   * once, whatever is still to be committed.
   */
  readonly repliesAtOnce?: readonly Reply[];
  /** For those who go on before the records are committed, with nothing that would survive a crash without them. */
  readonly repliesOnceAppended?: readonly AppendedReply[];
  /** Writes the records into this producer's transaction (TxnOffsetCommit). */
  readonly transaction?: TransactionOfStep;
  /** False: a crash may keep only the first of the records, which may then fill several batches (many tombstones). Default: true. */
  readonly isAtomic?: boolean;
  /**
   * Nobody waits for the records, and a crash may take them: they go to the log with the next that somebody waits for, or
   * a little later.
   */
  readonly isLazy?: boolean;
}

export interface TransactionOfStep {
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
  /** See `PartitionLog.startVerification`. */
  readonly verification?: VerificationGuard;
  /** What the records must not survive a crash without. */
  readonly after?: Prerequisite | undefined;
}

/** Somebody who waits for a response, perhaps over many steps (JoinGroup). Exactly one of the two is called, once. */
export interface Pending<T> {
  answer(response: T): void;
  /** The coordinator cannot say: it is not (or no longer) the one to ask. The wire error code says why. */
  fail(errorCode: number): void;
}

/** Made by `replyTo`: type-safe where it is made, type-free where it is delivered. */
export interface Reply {
  deliver(): void;
  fail(errorCode: number): void;
}

export interface AppendedReply {
  /** `undefined`: it is committed. */
  deliver(after: Prerequisite | undefined): void;
  fail(errorCode: number): void;
}

export function replyTo<T>(pending: Pending<T>, response: T): Reply {
  return { deliver: () => pending.answer(response), fail: (errorCode) => pending.fail(errorCode) };
}

export const NOTHING: Step<never> = { records: [], replies: [] };

/** Timers of a shard, by key: at most one for each. Whatever a timer decides goes the way of every other step. */
export interface ShardTimers<R> {
  /** In place of an earlier one of the same key. `delayMs` is monotonic time. */
  set(key: string, delayMs: number, action: (now: TimestampMs) => Step<R>): void;
  cancel(key: string): void;
  has(key: string): boolean;
}

/**
 * Decides on behalf of somebody who waits, but later: once what is ready now has been handled and no append is under way.
 * The answer would have waited that long in any case, and whatever comes meanwhile can be decided in one go. Decisions are
 * taken in the order in which they were put off; whoever waits is told if the shard is gone before.
 */
export type PutOff<R> = <T>(pending: Pending<T>, decide: (now: TimestampMs) => Step<R>) => void;

/** How a shard's records look in the log. */
export interface RecordSerde<R> {
  encode(record: R): { readonly key: Buffer; readonly value: Buffer | null };
  /**
   * `undefined` for a type that this version does not know: skipped, and told. Throws on bytes that are no record. The
   * buffers serve for other bytes afterwards: what is kept of them is copied.
   */
  decode(key: Buffer, value: Buffer | null): R | undefined;
}
