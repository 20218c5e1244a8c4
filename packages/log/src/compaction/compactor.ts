import type { Clock } from '@sluice/kernel/clock';
import type { Logger } from '@sluice/kernel/logger';
import type { Metrics } from '@sluice/kernel/metrics';
import { reasonOf } from '../failure-reason.ts';
import type { HostedLog } from '../log-directory.ts';
import { partitionName } from '../partition-name.ts';
import type { CompactionPlan } from './plan.ts';

/** Kafka's `log.cleaner.*`. */
export interface CompactorSettings {
  readonly isEnabled: boolean;
  /** `log.cleaner.backoff.ms`: how often it looks for work once there was none. */
  readonly backoffMs: number;
  /** `log.cleaner.dedupe.buffer.size` */
  readonly keyMemorySizeBytes: number;
  /** `log.cleaner.io.max.bytes.per.second`, read and written together. */
  readonly bytesPerSecondMax: number;
}

export const DEFAULT_COMPACTOR_SETTINGS: CompactorSettings = {
  isEnabled: true,
  backoffMs: 15_000,
  keyMemorySizeBytes: 128 * 1024 * 1024,
  bytesPerSecondMax: Number.POSITIVE_INFINITY,
};

export interface CompactorOptions {
  readonly settings: CompactorSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** For the hashes of keys. */
  readonly seed: number;
  logs(): Iterable<HostedLog>;
  /** Settles once every log's cleaned offset is on disk. */
  saveCleanedOffsets(): Promise<void>;
}

export interface Compactor {
  /** Compacts what is due, the dirtiest log first, one at a time; a second call joins the first. */
  run(): Promise<void>;
  /** Partitions that could not be compacted the last time it was tried, with the reason. */
  readonly failed: ReadonlyMap<string, string>;
  /** Ends with the batch at hand. */
  stop(): void;
  /** Settles once nothing is under way. */
  idle(): Promise<void>;
}

/** A partition that failed is tried again: what was wrong may pass, as a full disk does. */
const RETRY_MS_MIN = 60_000;
const RETRY_MS_MAX = 3_600_000;

interface Failure {
  readonly reason: string;
  readonly retryMs: number;
  readonly dueMs: number;
}

class CompactorStopped extends Error {}

export function createCompactor(options: CompactorOptions): Compactor {
  const { settings, clock, logger, metrics } = options;
  const failures = new Map<string, Failure>();
  const runs = metrics.counter('sluice_log_compactions_total');
  const failedRuns = metrics.counter('sluice_log_compaction_failures_total');
  const readBytes = metrics.counter('sluice_log_compaction_input_bytes_total');
  const keptBytes = metrics.counter('sluice_log_compaction_output_bytes_total');
  const failedLogs = metrics.gauge('sluice_log_compaction_failed_partitions');
  const dirtyRatioMax = metrics.gauge('sluice_log_compaction_dirty_ratio_max');
  let running: Promise<void> | undefined;
  let isStopped = false;
  /** Ends the wait that the rate limit wants. */
  let wake = () => {};

  async function runAll(): Promise<void> {
    forgetOthers();
    const cut = new Set<HostedLog>();
    for (let next = dirtiest(cut); next !== undefined && !isStopped; next = dirtiest(cut)) {
      if ((await compactOne(next)) === 'cut') cut.add(next.hosted);
    }
    forgetOthers();
    failedLogs.set(failures.size);
  }

  /** Failures of partitions that are gone, or not compacted any more. */
  function forgetOthers(): void {
    const compacted = [...options.logs()].filter(({ log }) => log.isCompacted);
    const names = new Set(compacted.map(({ topic, partition }) => partitionName(topic, partition)));
    for (const name of failures.keys()) if (!names.has(name)) failures.delete(name);
  }

  /** `cut`: logs whose files changed while they were compacted; their turn comes again the next time. */
  function dirtiest(cut: ReadonlySet<HostedLog>): { hosted: HostedLog; plan: CompactionPlan } | undefined {
    let found: { hosted: HostedLog; plan: CompactionPlan } | undefined;
    let ratioMax = 0;
    for (const hosted of options.logs()) {
      if (!hosted.log.isCompacted || hosted.log.failure !== undefined || cut.has(hosted) || isHeldBack(hosted))
        continue;
      const plan = hosted.log.compaction.plan();
      ratioMax = Math.max(ratioMax, plan.dirtyRatio);
      if (plan.isDue && plan.dirtyRatio > (found?.plan.dirtyRatio ?? 0)) found = { hosted, plan };
    }
    dirtyRatioMax.set(ratioMax);
    return found;
  }

  function isHeldBack({ topic, partition }: HostedLog): boolean {
    const failure = failures.get(partitionName(topic, partition));
    return failure !== undefined && clock.monotonicMs() < failure.dueMs;
  }

  async function compactOne({ hosted, plan }: { hosted: HostedLog; plan: CompactionPlan }): Promise<'cut' | undefined> {
    const { topic, partition, log } = hosted;
    const name = partitionName(topic, partition);
    try {
      const stats = await log.compaction.run(plan, {
        memorySizeBytes: settings.keyMemorySizeBytes,
        seed: options.seed,
        pace: createPace(),
        markCompacted: options.saveCleanedOffsets,
      });
      failures.delete(name);
      if (stats === undefined) return 'cut';
      await options.saveCleanedOffsets();
      runs.add();
      keptBytes.add(stats.sizeBytesAfter);
      const { sizeBytesBefore, sizeBytesAfter, keyCount, cleanedOffset } = stats;
      logger.info('log compacted', { topic, partition, sizeBytesBefore, sizeBytesAfter, keyCount, cleanedOffset });
      // With more keys than memory one run does a part; without progress it would go on for ever.
      if (cleanedOffset === plan.firstDirtyOffset) {
        fail(name, 'one batch has more keys than log.cleaner.dedupe.buffer.size has room for');
      }
    } catch (error) {
      if (!(error instanceof CompactorStopped)) fail(name, reasonOf(error));
    }
    return undefined;
  }

  function fail(name: string, reason: string): void {
    const earlier = failures.get(name);
    const retryMs = Math.min(RETRY_MS_MAX, (earlier?.retryMs ?? RETRY_MS_MIN / 2) * 2);
    failures.set(name, { reason, retryMs, dueMs: clock.monotonicMs() + retryMs });
    failedRuns.add();
    logger.error('a log could not be compacted', { name, reason, retryMs });
  }

  /** After every slice: gives others their turn, and waits as long as the rate wants it. */
  function createPace(): (sizeBytes: number) => Promise<void> {
    const startedMs = clock.monotonicMs();
    let totalBytes = 0;
    return async (sizeBytes) => {
      totalBytes += sizeBytes;
      readBytes.add(sizeBytes);
      const aheadMs = (totalBytes / settings.bytesPerSecondMax) * 1000 - (clock.monotonicMs() - startedMs);
      if (aheadMs > 0) await waited(aheadMs);
      else await new Promise<void>((resolve) => (clock.soon ?? queueMicrotask)(resolve));
      if (isStopped) throw new CompactorStopped();
    };
  }

  function waited(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = clock.setTimer(delayMs, resolve);
      wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  return {
    run() {
      if (!settings.isEnabled || isStopped) return Promise.resolve();
      running ??= runAll().finally(() => {
        running = undefined;
      });
      return running;
    },
    get failed() {
      return new Map([...failures].map(([name, { reason }]) => [name, reason]));
    },
    stop() {
      isStopped = true;
      wake();
    },
    idle: () => running ?? Promise.resolve(),
  };
}
