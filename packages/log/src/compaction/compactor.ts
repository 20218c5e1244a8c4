import type { Clock } from '@sluice/kernel/clock';
import type { Logger } from '@sluice/kernel/logger';
import type { Metrics } from '@sluice/kernel/metrics';
import { reasonOf } from '../failure-reason.ts';
import type { HostedLog } from '../log-directory.ts';
import { partitionName } from '../partition-name.ts';
import type { CompactionCanary } from './compact-log.ts';
import { createCompactionFailures } from './compaction-failures.ts';
import { createCompactionMetrics } from './compaction-metrics.ts';
import { createPace } from './pace.ts';
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
  /** For tests: see `CompactionResources`. */
  readonly outputSizeBytesMax?: number;
  readonly canary?: CompactionCanary;
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
  /** The data directory, in metrics. */
  readonly directory: string;
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

interface Candidate {
  readonly hosted: HostedLog;
  readonly plan: CompactionPlan;
}

class CompactorStopped extends Error {}

export function createCompactor(options: CompactorOptions): Compactor {
  const { settings, clock, logger } = options;
  const failures = createCompactionFailures(clock);
  const metrics = createCompactionMetrics(options.metrics, options.directory);
  let running: Promise<void> | undefined;
  let isStopped = false;
  /** Ends the wait that the rate limit wants. */
  let wake = () => {};

  async function runAll(): Promise<void> {
    forgetOthers();
    const cut = new Set<HostedLog>();
    for (;;) {
      const next = await dirtiest(cut);
      if (next === undefined || isStopped) return;
      if ((await compactOne(next)) === 'cut') cut.add(next.hosted);
    }
  }

  function forgetOthers(): void {
    const compacted = [...options.logs()].filter(({ log }) => log.isCompacted);
    failures.keepOnly(new Set(compacted.map(nameOf)));
  }

  /** `cut`: logs whose files changed while they were compacted; their turn comes again the next time. */
  async function dirtiest(cut: ReadonlySet<HostedLog>): Promise<Candidate | undefined> {
    let found: Candidate | undefined;
    let dirtyRatioMax = 0;
    let delayMsMax = 0;
    let failedSizeBytes = 0;
    for (const hosted of options.logs()) {
      const plan = await planOf(hosted);
      if (plan === undefined) continue;
      dirtyRatioMax = Math.max(dirtyRatioMax, plan.dirtyRatio);
      delayMsMax = Math.max(delayMsMax, plan.delayMs);
      if (failures.has(nameOf(hosted))) failedSizeBytes += plan.dirtySizeBytes;
      if (cut.has(hosted) || failures.isHeldBack(nameOf(hosted))) continue;
      if (plan.isDue && plan.dirtyRatio > (found?.plan.dirtyRatio ?? 0)) found = { hosted, plan };
    }
    metrics.onLook({ dirtyRatioMax, delayMsMax, failedPartitions: failures.count, failedSizeBytes });
    return found;
  }

  /** `undefined`: it is not to be compacted, or not now. */
  async function planOf({ topic, partition, log }: HostedLog): Promise<CompactionPlan | undefined> {
    if (!log.isCompacted || log.failure !== undefined) return undefined;
    try {
      await log.compaction.prepare();
      return log.failure === undefined ? log.compaction.plan() : undefined;
    } catch (error) {
      // Its files may just have been deleted; what is wrong with them is for those to say who compact or read them.
      logger.debug('how old the segments of a log are is unknown', { topic, partition, reason: reasonOf(error) });
      return undefined;
    }
  }

  async function compactOne({ hosted, plan }: Candidate): Promise<'cut' | undefined> {
    const { topic, partition, log } = hosted;
    const name = nameOf(hosted);
    const startedMs = clock.monotonicMs();
    try {
      const stats = await log.compaction.run(plan, {
        memorySizeBytes: settings.keyMemorySizeBytes,
        seed: options.seed,
        pace: createPacer(),
        markCompacted: options.saveCleanedOffsets,
        ...(settings.outputSizeBytesMax === undefined ? {} : { outputSizeBytesMax: settings.outputSizeBytesMax }),
        ...(settings.canary === undefined ? {} : { canary: settings.canary }),
      });
      failures.heal(name);
      if (stats === undefined) return 'cut';
      await options.saveCleanedOffsets();
      metrics.onDone(stats, clock.monotonicMs() - startedMs);
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
    const retryMs = failures.add(name, reason);
    metrics.onFailure();
    logger.error('a log could not be compacted', { name, reason, retryMs });
  }

  /** After every slice: gives others their turn, and rests. */
  function createPacer(): (sizeBytes: number) => Promise<void> {
    const pace = createPace(settings.bytesPerSecondMax, clock.monotonicMs());
    return async (sizeBytes) => {
      metrics.onRead(sizeBytes);
      const endedMs = clock.monotonicMs();
      // What became ready during the slice is seen in the turn after this one.
      await turn();
      await turn();
      if (isStopped) throw new CompactorStopped();
      const restMs = pace.restMs({ sizeBytes, endedMs, handledMs: clock.monotonicMs() });
      if (restMs === 0) return;
      await waited(restMs);
      if (isStopped) throw new CompactorStopped();
      pace.rested(clock.monotonicMs());
    };
  }

  function turn(): Promise<void> {
    return new Promise((resolve) => (clock.soon ?? queueMicrotask)(resolve));
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
      return failures.reasons;
    },
    stop() {
      isStopped = true;
      wake();
    },
    idle: () => running ?? Promise.resolve(),
  };
}

function nameOf({ topic, partition }: HostedLog): string {
  return partitionName(topic, partition);
}
