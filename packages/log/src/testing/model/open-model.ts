import assert from 'node:assert/strict';
import type { Clock } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { DEFAULT_LOG_CONFIG } from '../../default-log-config.ts';
import type { LogDirectory } from '../../log-directory.ts';
import { openLogDirectory } from '../../log-manager.ts';
import type { ManagedLog } from '../../managed-log.ts';
import type { LogConfig } from '../../partition-log.ts';
import { createTailCache } from '../../tail-cache.ts';
import { brokenDisk, brokenLog, type Canary, compactionCanaryOf } from './canaries.ts';
import type { Circumstances } from './commands.ts';

const TOPIC = 'orders';
const TOPIC_ID = 'c3RhYmxlLXRvcGljLWlkMA';
export const SEGMENT_SIZE_BYTES = 900;
export const DELETE_RETENTION_MS = 10_000;
export const BASE: LogConfig = {
  ...DEFAULT_LOG_CONFIG,
  segmentSizeBytes: SEGMENT_SIZE_BYTES,
  indexIntervalBytes: 150,
  cleanableDirtyRatioMin: 0,
  deleteRetentionMs: DELETE_RETENTION_MS,
  fileDeleteDelayMs: 1_000,
  retentionMs: -1,
};
export const POLICIES: readonly Partial<LogConfig>[] = [
  { cleanupCompact: false, cleanupDelete: true },
  { cleanupCompact: true, cleanupDelete: false },
  { cleanupCompact: true, cleanupDelete: true },
  // The empty policy: for ever.
  { cleanupCompact: false, cleanupDelete: false },
];

/** The data directory of a log that lives with its model. */
export function openModelDirectory(
  disk: Disk,
  clock: Clock,
  how: Circumstances,
  canary: Canary | undefined,
): Promise<LogDirectory> {
  const compactionCanary = compactionCanaryOf(canary);
  return openLogDirectory({
    disk: brokenDisk(disk, canary),
    clock: canary === 'believes-the-clock' ? fooled(clock) : clock,
    random: createSimRandom(1),
    logger: silentLogger,
    path: '/data',
    clusterId: 'cluster',
    nodeId: 1,
    tailCache: createTailCache(how.cacheSizeBytes),
    durability: 'disk',
    configOf: () => BASE,
    acknowledgesBeforeSync: canary === 'acknowledges-before-sync',
    compactor: {
      isEnabled: true,
      backoffMs: 3_600_000,
      keyMemorySizeBytes: how.keyMemorySizeBytes,
      bytesPerSecondMax: Number.POSITIVE_INFINITY,
      // Tombstones that get a horizon may grow what was just large enough.
      outputSizeBytesMax: SEGMENT_SIZE_BYTES,
      ...(compactionCanary === undefined ? {} : { canary: compactionCanary }),
    },
  });
}

/** Its only partition, with its files read, as it was or new. */
export async function openModelLog(
  directory: LogDirectory,
  config: LogConfig,
  canary: Canary | undefined,
): Promise<ManagedLog> {
  assert.equal(directory.unopened.size, 0, JSON.stringify([...directory.unopened]));
  const found = directory.get(TOPIC, 0)?.log ?? (await directory.create(TOPIC, 0, TOPIC_ID, config));
  found.reconfigure(config);
  // At rest it answers from what the last stop wrote down; a log whose files were read knows.
  const atRest = [found.logStartOffset, found.logEndOffset, found.lastStableOffset];
  await new Promise<void>((resolve) => found.whenReady(resolve));
  assert.deepEqual([found.logStartOffset, found.logEndOffset, found.lastStableOffset], atRest, 'I8, I16: at rest');
  return brokenLog(found, canary);
}

/** Its monotonic clock jumps with the other one. */
function fooled(clock: Clock): Clock {
  return Object.assign(Object.create(clock), { monotonicMs: () => clock.now() });
}
