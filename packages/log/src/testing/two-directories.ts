import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import type { SimDisk } from '@sluice/kernel/sim/disk';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { DEFAULT_LOG_CONFIG } from '../default-log-config.ts';
import { type LogDirectories, type LogDirectoriesOptions, openLogDirectories } from '../log-directories.ts';
import type { LogConfig } from '../partition-log.ts';
import { createTailCache } from '../tail-cache.ts';

export const TOPIC_ID = 'c3RhYmxlLXRvcGljLWlkMA';
export const OTHER_TOPIC_ID = 'b3RoZXItdG9waWMtaWQtMA';
export const A = '/a';
export const B = '/b';
export const SMALL: LogConfig = { ...DEFAULT_LOG_CONFIG, segmentSizeBytes: 400, indexIntervalBytes: 100 };

/** A broker's two data directories on a simulated disk. */
export function openTwo(disk: SimDisk, options: Partial<LogDirectoriesOptions> = {}): Promise<LogDirectories> {
  return openLogDirectories({
    disk,
    clock: createSimClock(),
    random: createSimRandom(1),
    logger: silentLogger,
    paths: [A, B],
    clusterId: 'cluster',
    nodeId: 1,
    tailCache: createTailCache(0),
    durability: 'disk',
    configOf: () => SMALL,
    ...options,
  });
}

/** Settles once `orders-0` is in the directory; fails once the disk has lost its power. */
export async function untilIn(directories: LogDirectories, path: string, disk: SimDisk): Promise<void> {
  while (directories.directoryOf('orders', 0)?.path !== path) {
    if (disk.crashed) throw new Error('the power is off');
    await new Promise(setImmediate);
  }
}
