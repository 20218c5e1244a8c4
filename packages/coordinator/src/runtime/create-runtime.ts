import type { Clock, Timer } from '@sluice/kernel/clock';
import type { LeaderEpoch, TimestampMs } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { PartitionLog } from '@sluice/log/partition-log';
import type { Codec } from '@sluice/protocol/compression/codec';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { CoordinatorRuntime, Result } from './coordinator-runtime.ts';
import type { CoordinatorShard, PutOff, RecordSerde, ShardTimers, Step } from './coordinator-shard.ts';
import { createHostedShard, type HostedShard } from './hosted-shard.ts';
import { createLoadQueue } from './load-queue.ts';
import { PendingResult } from './pending-result.ts';
import { replay } from './replay.ts';

/** A shard that failed is loaded again after this long, then after twice as long, and so on. */
export const RELOAD_BACKOFF_MS_MIN = 100;
export const RELOAD_BACKOFF_MS_MAX = 30_000;
/** Decisions for all shards that one which does not serve hears of later. */
export const MISSED_DECISIONS_MAX = 10_000;
/** Types of records that this version does not know and that are told; further ones are skipped silently. */
const UNKNOWN_TYPES_TOLD_MAX = 100;

export interface CoordinatorRuntimeOptions<S extends CoordinatorShard<R>, R> {
  /** The internal topic. */
  readonly topic: string;
  createShard(partition: number, timers: ShardTimers<R>, putOff: PutOff<R>): S;
  readonly serde: RecordSerde<R>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How new batches are compressed. */
  codec(): Codec;
  /** `max.message.bytes` of the topic. */
  batchSizeBytesMax(): number;
  /** Whoever has waited so long for a commit is told REQUEST_TIMED_OUT; without it nobody is. */
  commitTimeoutMs?(): number;
}

/** A partition that this broker leads. */
interface Led<S extends CoordinatorShard<R>, R> {
  readonly partition: number;
  readonly log: PartitionLog;
  readonly leaderEpoch: LeaderEpoch;
  /** `offline`: it failed, and waits for its log, for its time, or for an election. */
  status: 'loading' | 'serving' | 'offline' | 'gone';
  hosted: HostedShard<S, R> | undefined;
  reloadBackoffMs: number;
  reloadTimer: Timer | undefined;
  /** Loads again as soon as the log works again. */
  awaitsLog: boolean;
  /** What all shards were told while this one did not serve: it comes to hear of it when it does. */
  readonly missed: Decide<S, R>[];
  stopWatching(): void;
}

type Decide<S, R> = (shard: S, now: TimestampMs) => Step<R>;

export function createCoordinatorRuntime<S extends CoordinatorShard<R>, R>(
  options: CoordinatorRuntimeOptions<S, R>,
): CoordinatorRuntime<S, R> {
  const { topic, clock, serde } = options;
  const logger = options.logger.with({ topic });
  const ledByPartition = new Map<number, Led<S, R>>();
  const toldTypes = new Set<number>();
  const loads = createLoadQueue();
  let isClosed = false;

  function load(partition: number, log: PartitionLog, leaderEpoch: LeaderEpoch): void {
    if (isClosed) return;
    unload(partition);
    const led: Led<S, R> = {
      partition,
      log,
      leaderEpoch,
      status: 'offline',
      hosted: undefined,
      reloadBackoffMs: RELOAD_BACKOFF_MS_MIN,
      reloadTimer: undefined,
      awaitsLog: false,
      missed: [],
      stopWatching: log.watch(() => onLogChanged(led)),
    };
    ledByPartition.set(partition, led);
    startLoading(led);
  }

  function onLogChanged(led: Led<S, R>): void {
    if (led.status === 'serving') led.hosted?.onLogChanged();
    else if (led.awaitsLog && led.log.failure === undefined) startLoading(led);
  }

  function startLoading(led: Led<S, R>): void {
    led.awaitsLog = led.log.failure !== undefined;
    if (led.awaitsLog) return;
    led.status = 'loading';
    const hosted = createHostedShard<S, R>({
      ...options,
      logger: logger.with({ partition: led.partition }),
      log: led.log,
      leaderEpoch: led.leaderEpoch,
      createShard: (timers, putOff) => options.createShard(led.partition, timers, putOff),
      onFailed: (reason, isTransient) => onFailed(led, reason, isTransient),
    });
    led.hosted = hosted;
    // Most partitions of a new topic hold nothing: they serve at once.
    if (led.log.logStartOffset === led.log.logEndOffset) serve(led, hosted);
    else loads.add(() => replayInto(led, hosted));
  }

  async function replayInto(led: Led<S, R>, hosted: HostedShard<S, R>): Promise<void> {
    const isCancelled = () => led.hosted !== hosted;
    if (isCancelled()) return;
    const startedMs = clock.monotonicMs();
    const outcome = await replay({
      log: led.log,
      serde,
      clock,
      apply: (record, context) => hosted.shard.apply(record, context),
      endTransaction: (producerId, isCommitted) => hosted.shard.endTransaction?.(producerId, isCommitted),
      onUnknownRecord: tellUnknown,
      isCancelled,
    }).catch((error: unknown) => ({ kind: 'failed' as const, reason: String(error), isTransient: true }));
    if (outcome.kind === 'cancelled' || isCancelled()) return;
    if (outcome.kind === 'failed') {
      hosted.close(ErrorCode.NOT_COORDINATOR);
      onFailed(led, `cannot be loaded: ${outcome.reason}`, outcome.isTransient);
      return;
    }
    logger.info('coordinator loaded', {
      partition: led.partition,
      records: outcome.recordCount,
      durationMs: Math.round(clock.monotonicMs() - startedMs),
    });
    serve(led, hosted);
  }

  function serve(led: Led<S, R>, hosted: HostedShard<S, R>): void {
    led.status = 'serving';
    led.reloadBackoffMs = RELOAD_BACKOFF_MS_MIN;
    hosted.open();
    for (const decide of led.missed.splice(0)) hosted.tick(decide);
  }

  function tellUnknown(key: Buffer): void {
    const recordType = key.length < 2 ? -1 : key.readInt16BE(0);
    if (toldTypes.has(recordType) || toldTypes.size >= UNKNOWN_TYPES_TOLD_MAX) return;
    toldTypes.add(recordType);
    logger.warn('records of an unknown type are skipped', { recordType });
  }

  function onFailed(led: Led<S, R>, reason: string, isTransient: boolean): void {
    led.status = 'offline';
    led.hosted = undefined;
    logger.error('a coordinator is offline', { partition: led.partition, reason, isTransient });
    if (!isTransient) return;
    led.awaitsLog = led.log.failure !== undefined;
    if (led.awaitsLog) return;
    led.reloadTimer = clock.setTimer(led.reloadBackoffMs, () => startLoading(led));
    led.reloadBackoffMs = Math.min(led.reloadBackoffMs * 2, RELOAD_BACKOFF_MS_MAX);
  }

  function unload(partition: number): void {
    const led = ledByPartition.get(partition);
    if (led === undefined) return;
    ledByPartition.delete(partition);
    retire(led);
    led.hosted?.close(ErrorCode.NOT_COORDINATOR);
    led.hosted = undefined;
  }

  function retire(led: Led<S, R>): void {
    led.status = 'gone';
    led.awaitsLog = false;
    led.reloadTimer?.cancel();
    led.stopWatching();
  }

  return {
    load,
    unload,
    run(partition, decide) {
      const led = ledByPartition.get(partition);
      if (led?.hosted === undefined || led.status !== 'serving') return Promise.resolve(refusal(led?.status));
      const { hosted } = led;
      return new Promise((settle) => hosted.take(decide, new PendingResult(settle)));
    },
    endTransaction(partition, marker) {
      const led = ledByPartition.get(partition);
      if (led?.hosted === undefined || led.status !== 'serving') return Promise.resolve(refusal(led?.status));
      const { hosted } = led;
      return new Promise((settle) => hosted.endTransaction(marker, new PendingResult(settle)));
    },
    runAll(decide) {
      for (const led of ledByPartition.values()) {
        if (led.status === 'serving') led.hosted?.tick(decide);
        else if (led.missed.length < MISSED_DECISIONS_MAX) led.missed.push(decide);
        else logger.warn('a coordinator that is not loaded misses what has changed', { partition: led.partition });
      }
    },
    get loaded() {
      return partitionsOf('serving');
    },
    get loading() {
      return partitionsOf('loading');
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      const all = [...ledByPartition.values()];
      ledByPartition.clear();
      // They still hear of their logs until what was decided is committed.
      await Promise.all(
        all.map(async (led) => {
          if (led.status === 'serving') await led.hosted?.drain(ErrorCode.NOT_COORDINATOR);
          else led.hosted?.close(ErrorCode.NOT_COORDINATOR);
          retire(led);
          led.hosted = undefined;
        }),
      );
    },
  };

  function partitionsOf(status: Led<S, R>['status']): ReadonlySet<number> {
    return new Set([...ledByPartition.values()].filter((led) => led.status === status).map((led) => led.partition));
  }
}

function refusal(status: Led<never, never>['status'] | undefined): Result<never> {
  return { errorCode: status === 'loading' ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS : ErrorCode.NOT_COORDINATOR };
}
