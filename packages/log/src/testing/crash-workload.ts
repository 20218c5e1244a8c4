import type { Clock } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { DEFAULT_LOG_CONFIG } from '../default-log-config.ts';
import type { JournalSettings } from '../journal/settings.ts';
import type { LogDirectory } from '../log-directory.ts';
import { openLogDirectory } from '../log-manager.ts';
import type { ManagedLog } from '../managed-log.ts';
import type { LogConfig } from '../partition-log.ts';
import { createTailCache } from '../tail-cache.ts';

export const TOPIC = 'orders';
const TOPIC_ID = 'c3RhYmxlLXRvcGljLWlkMA';
const PRODUCERS = 3;

export const CRASH_CONFIG: LogConfig = {
  ...DEFAULT_LOG_CONFIG,
  segmentSizeBytes: 1500,
  indexIntervalBytes: 200,
  flushMessages: 50,
};

/** One batch of one producer; `values` are unique in the whole workload. */
export interface SentBatch {
  readonly producer: number;
  readonly baseSequence: number;
  readonly values: readonly string[];
  readonly isDurable: boolean;
  offset: Offset;
  isAcked: boolean;
}

/** What the workload's clients know. */
export interface History {
  readonly sent: SentBatch[];
  /** The largest offset that an answered DeleteRecords asked for. */
  deletedBelow: Offset;
  /** The largest offset that any DeleteRecords asked for. */
  deleteAskedBelow: Offset;
}

export interface WorkloadOptions {
  readonly disk: Disk;
  readonly seed: number;
  readonly steps: number;
  readonly acknowledgesBeforeSync?: boolean;
  readonly journal?: JournalSettings;
}

const clock: Clock = createSimClock();

export function openCrashDirectory(
  disk: Disk,
  seed: number,
  acknowledgesBeforeSync = false,
  journal?: JournalSettings,
): Promise<LogDirectory> {
  return openLogDirectory({
    disk,
    clock,
    random: createSimRandom(seed),
    logger: silentLogger,
    path: '/data',
    clusterId: 'cluster',
    nodeId: 1,
    tailCache: createTailCache(seed % 2 === 0 ? 0 : 2000),
    durability: 'disk',
    configOf: () => CRASH_CONFIG,
    acknowledgesBeforeSync,
    ...(journal === undefined ? {} : { journal }),
  });
}

export function encodeSent(batch: SentBatch): Buffer {
  return buildBatch(
    batch.values.map((value) => ({ key: 'k', value, timestampMs: clock.now() + batch.baseSequence })),
    { producerId: 1000 + batch.producer, producerEpoch: 0, baseSequence: batch.baseSequence },
  );
}

/** Appends, checkpoints, deletes and restarts by the seed until the steps or the disk's power end. */
export async function runWorkload(options: WorkloadOptions, history: History): Promise<void> {
  const random = createSimRandom(options.seed);
  const open = () => openCrashDirectory(options.disk, options.seed, options.acknowledgesBeforeSync, options.journal);
  let directory = await open();
  let log = await directory.create(TOPIC, 0, TOPIC_ID, CRASH_CONFIG);
  const sequences = Array.from({ length: PRODUCERS }, () => 0);
  let leaderEpoch = 0;

  for (let step = 0; step < options.steps; step++) {
    const draw = random.below(100);
    if (draw < 70) send(log);
    else if (draw < 80) await settled(log);
    else if (draw < 86) await directory.checkpoint();
    else if (draw < 90) await deleteSome(log);
    else if (draw < 93) await retain(log);
    else if (draw < 94) leaderEpoch++;
    else if (draw < 96) {
      await directory.close();
      directory = await open();
      log = directory.get(TOPIC, 0)?.log ?? log;
    } else await nextTurns(random.below(8));
  }
  await settled(log);
  await directory.close();

  function send(to: ManagedLog): void {
    const producer = random.below(PRODUCERS);
    const values = Array.from({ length: 1 + random.below(4) }, (_, index) => {
      const padding = 'x'.repeat(random.below(120));
      return `${producer}-${(sequences[producer] ?? 0) + index}-${padding}`;
    });
    const batch: SentBatch = {
      producer,
      baseSequence: sequences[producer] ?? 0,
      values,
      isDurable: random.chance(0.5),
      offset: -1,
      isAcked: false,
    };
    const how = { leaderEpoch, nowMs: clock.now(), durable: batch.isDurable, origin: 'client' } as const;
    const result = to.append(encodeSent(batch), how);
    if (result.kind !== 'appended') return;
    sequences[producer] = batch.baseSequence + values.length;
    batch.offset = result.firstOffset;
    history.sent.push(batch);
    const done = (failure: string | undefined) => {
      batch.isAcked = failure === undefined;
    };
    if (batch.isDurable) to.onDurable(result.lastOffset + 1, done);
    else to.onWritten(result.lastOffset + 1, done);
  }

  async function deleteSome(from: ManagedLog): Promise<void> {
    const range = from.highWatermark - from.logStartOffset;
    if (range < 1) return;
    const offset = from.logStartOffset + random.below(Math.ceil(range / 2));
    history.deleteAskedBelow = Math.max(history.deleteAskedBelow, offset);
    await from.deleteRecordsBelow(offset);
    history.deletedBelow = Math.max(history.deletedBelow, offset);
  }

  /** By size; of what producers were not told yet, nothing may go. */
  async function retain(from: ManagedLog): Promise<void> {
    from.reconfigure({ ...CRASH_CONFIG, retentionSizeBytes: random.below(4) * CRASH_CONFIG.segmentSizeBytes });
    history.deleteAskedBelow = Math.max(history.deleteAskedBelow, from.highWatermark);
    await from.applyRetention();
    history.deletedBelow = Math.max(history.deletedBelow, from.logStartOffset);
    from.reconfigure(CRASH_CONFIG);
  }
}

function settled(log: ManagedLog): Promise<void> {
  return new Promise((resolve, reject) => {
    log.onDurable(log.logEndOffset, (failure) => (failure === undefined ? resolve() : reject(new Error(failure))));
  });
}

async function nextTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}
