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

/** Settles once the partition's log is in the directory. */
export async function untilIn(directories: LogDirectories, path: string, topic = 'orders', partition = 0) {
  while (directories.directoryOf(topic, partition)?.path !== path) await new Promise(setImmediate);
  // And nothing of the move is left to be done.
  const from = directories.places.filter((place) => place.path !== path);
  for (const { directory } of from) while (directory?.incoming.size) await new Promise(setImmediate);
}
