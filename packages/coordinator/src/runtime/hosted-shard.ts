import type { Timer } from '@sluice/kernel/clock';
import type { TimestampMs } from '@sluice/kernel/ids';
import { stackOf } from '@sluice/kernel/stack-of';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { createCommitQueue } from './commit-queue.ts';
import {
  type AppendedReply,
  type CoordinatorShard,
  type Pending,
  type PutOff,
  replyTo,
  type ShardTimers,
  type Step,
} from './coordinator-shard.ts';
import { createPutOffQueue } from './put-off-queue.ts';
import { createShardTimers } from './shard-timers.ts';
import { createShardWriter, type ShardMarker, type ShardWriterOptions } from './shard-writer.ts';

/** Lazy records go to the log after this long. */
export const LAZY_FLUSH_MS = 20;
/** Steps whose replies may wait for their commit at once in one shard; one more is refused. */
export const STEPS_WAITING_MAX = 20_000;

export interface HostedShardOptions<S extends CoordinatorShard<R>, R>
  extends Omit<ShardWriterOptions<R>, 'shard' | 'onFlushed' | 'onFailed'> {
  createShard(timers: ShardTimers<R>, putOff: PutOff<R>): S;
  /** How long somebody waits for a commit; without it as long as it takes. */
  commitTimeoutMs?(): number;
  /** The shard cannot go on with the state that it has: it is closed, and may be loaded anew if `isTransient`. */
  onFailed(reason: string, isTransient: boolean): void;
}

/** A shard with all that its partition's log says: it decides, its records are written, and its replies leave when they are committed. */
export interface HostedShard<S extends CoordinatorShard<R>, R> {
  readonly shard: S;
  /** The log was replayed: decisions may come. */
  open(): void;
  take<T>(decide: (shard: S, now: TimestampMs, pending: Pending<T>) => Step<R>, pending: Pending<T>): void;
  /** A decision that nobody waits for; false if it threw. */
  tick(decide: (shard: S, now: TimestampMs) => Step<R>): boolean;
  /**
   * Appends a marker behind what was gathered, and lets the shard know. Fails with the log's error code if the log does
   * not want it.
   */
  endTransaction(marker: ShardMarker, pending: Pending<undefined>): void;
  /** The high watermark or the failure of the log changed. */
  onLogChanged(): void;
  /** All who wait fail with the error code; the state is worth nothing afterwards. */
  close(errorCode: number): void;
  /** Lets nobody wait but for commits that are under way; settles when they are over. */
  drain(errorCode: number): Promise<void>;
}

export function createHostedShard<S extends CoordinatorShard<R>, R>(
  options: HostedShardOptions<S, R>,
): HostedShard<S, R> {
  const { log, clock, logger } = options;
  const soon = clock.soon ?? queueMicrotask;
  const timers = createShardTimers<R>(clock, (action) => tick((_shard, now) => action(now)));
  const putOffs = createPutOffQueue<R>();
  const shard = options.createShard(timers, putOff);
  const writer = createShardWriter<R>({ ...options, shard, onFlushed, onFailed: fail });
  const commits = createCommitQueue({ clock, timeoutMs: options.commitTimeoutMs });
  let awaitingAppend: AppendedReply[] = [];
  /** Somebody waits for what was gathered, or has waited long enough. */
  let isFlushDue = false;
  let lazyFlush: Timer | undefined;
  let isTurnEndPlanned = false;
  let isClosed = false;
  let onDrained: (() => void) | undefined;

  function take<T>(decide: (shard: S, now: TimestampMs, pending: Pending<T>) => Step<R>, pending: Pending<T>): void {
    if (commits.size + awaitingAppend.length >= STEPS_WAITING_MAX) {
      pending.fail(ErrorCode.COORDINATOR_NOT_AVAILABLE);
      return;
    }
    const now = clock.now();
    const step = decided(() => decide(shard, now, pending));
    // Whoever asked may wait in the shard, and not be among those who are answered now.
    if (step === undefined || !perform(step, now)) pending.fail(ErrorCode.UNKNOWN_SERVER_ERROR);
  }

  function tick(decide: (shard: S, now: TimestampMs) => Step<R>): boolean {
    const now = clock.now();
    const step = decided(() => decide(shard, now));
    return step !== undefined && perform(step, now);
  }

  function decided(decide: () => Step<R>): Step<R> | undefined {
    try {
      return decide();
    } catch (error) {
      reportBug(error);
      return undefined;
    }
  }

  function putOff<T>(pending: Pending<T>, decide: (now: TimestampMs) => Step<R>): void {
    putOffs.add(pending, decide);
    planTurnEnd();
  }

  function reportBug(error: unknown): void {
    logger.error('a coordinator failed to decide', { reason: stackOf(error) });
  }

  /** False if a bug kept the step from being taken: all whom it answers are told. */
  function perform(step: Step<R>, now: TimestampMs): boolean {
    if (isClosed) {
      failReplies(step, ErrorCode.NOT_COORDINATOR);
      return true;
    }
    if (step.records.length > 0) {
      const errorCode = writer.write(step, now);
      if (errorCode !== ErrorCode.NONE) {
        failReplies(step, errorCode);
        return errorCode !== ErrorCode.UNKNOWN_SERVER_ERROR;
      }
      if (step.isLazy === true && !isFlushDue) flushLazily();
      else flushSoon();
    }
    if (step.repliesAtOnce !== undefined) for (const reply of step.repliesAtOnce) reply.deliver();
    if (step.repliesOnceAppended !== undefined) {
      awaitingAppend.push(...step.repliesOnceAppended);
      if (writer.gatheredCount === 0) answerAppended();
      else flushSoon();
    }
    if (step.replies.length === 0) return true;
    const { endOffset } = writer;
    if (commits.size === 0 && endOffset <= log.highWatermark) {
      for (const reply of step.replies) reply.deliver();
    } else {
      commits.add(endOffset, step.replies);
      flushSoon();
    }
    return true;
  }

  function flushSoon(): void {
    if (writer.gatheredCount === 0) return;
    isFlushDue = true;
    planTurnEnd();
  }

  function flushLazily(): void {
    lazyFlush ??= clock.setTimer(LAZY_FLUSH_MS, () => {
      lazyFlush = undefined;
      flushSoon();
    });
  }

  function onFlushed(): void {
    isFlushDue = false;
    lazyFlush?.cancel();
    lazyFlush = undefined;
    answerAppended();
  }

  function answerAppended(): void {
    if (awaitingAppend.length === 0) return;
    const answered = awaitingAppend;
    awaitingAppend = [];
    const { logEndOffset: offset } = log;
    const after = offset <= log.highWatermark ? undefined : { log, offset };
    for (const reply of answered) reply.deliver(after);
  }

  function endTransaction(marker: ShardMarker, pending: Pending<undefined>): void {
    const errorCode = writer.writeMarker(marker);
    if (errorCode === ErrorCode.NONE) commits.add(writer.endOffset, [replyTo(pending, undefined)]);
    else pending.fail(errorCode);
  }

  /**
   * What is decided while an append is under way leaves together behind it: a sync would have kept it waiting all the
   * same, and the batches are fewer.
   */
  function planTurnEnd(): void {
    if (isTurnEndPlanned || isClosed || writer.isCommitUnderWay) return;
    isTurnEndPlanned = true;
    soon(() => {
      putOffs.takeAll((decide, pending) => take((_shard, now) => decide(now), pending));
      writer.flush();
      isTurnEndPlanned = false;
      if (putOffs.size > 0) planTurnEnd();
    });
  }

  function fail(reason: string, isTransient: boolean): void {
    close(ErrorCode.NOT_COORDINATOR);
    options.onFailed(reason, isTransient);
  }

  function close(errorCode: number): void {
    if (isClosed) return;
    isClosed = true;
    timers.close();
    lazyFlush?.cancel();
    writer.close();
    commits.fail(errorCode);
    for (const reply of awaitingAppend.splice(0)) reply.fail(errorCode);
    putOffs.fail(errorCode);
    tellShard(errorCode);
    onDrained?.();
  }

  function tellShard(errorCode: number): void {
    try {
      shard.onUnloaded(errorCode);
    } catch (error) {
      reportBug(error);
    }
  }

  return {
    shard,
    open() {
      tick((each, now) => each.onLoaded(now));
    },
    take,
    tick,
    endTransaction,
    onLogChanged() {
      if (isClosed) return;
      if (log.failure !== undefined) return fail(log.failure, true);
      commits.release(log.highWatermark);
      if (isFlushDue || putOffs.size > 0) planTurnEnd();
      if (commits.size === 0) onDrained?.();
    },
    close,
    drain(errorCode) {
      timers.close();
      putOffs.fail(errorCode);
      tellShard(errorCode);
      writer.flush();
      if (isClosed || commits.size === 0) return Promise.resolve();
      return new Promise((resolve) => {
        onDrained = resolve;
      });
    },
  };
}

function failReplies(step: Step<unknown>, errorCode: number): void {
  const { replies, repliesAtOnce = [], repliesOnceAppended = [] } = step;
  for (const reply of [...repliesAtOnce, ...repliesOnceAppended]) reply.fail(errorCode);
  for (const reply of replies) reply.fail(errorCode);
}
