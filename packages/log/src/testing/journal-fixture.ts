import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { DEFAULT_LOG_CONFIG } from '../default-log-config.ts';
import { isJournalFileName } from '../journal/format.ts';
import type { JournalSettings } from '../journal/settings.ts';
import type { LogDirectory, LogDirectoryOptions } from '../log-directory.ts';
import { openLogDirectory } from '../log-manager.ts';
import type { ManagedLog } from '../managed-log.ts';
import { createTailCache } from '../tail-cache.ts';
import { append, batchOf, durable, readAll } from './test-log.ts';

/** Three logs at once share a sync. */
export const SETTINGS: JournalSettings = {
  fileCount: 2,
  fileSizeBytes: 64 * 1024,
  logCountMin: 3,
  logSizeBytesMax: 4096,
  dirtyLogCountMax: 100,
};

export interface Fixture {
  readonly disk: SimDisk;
  readonly directory: LogDirectory;
  readonly logs: readonly ManagedLog[];
  /** Syncs since the last question: of the journal, and of segments. */
  syncs(): { journal: number; segments: number };
}

export interface FixtureOptions extends Partial<LogDirectoryOptions> {
  readonly logCount?: number;
  readonly clock?: ReturnType<typeof createSimClock>;
}

/** Of each log, the records before its first one in the journal. */
export const SYNCED_SIZE_BYTES = batchOf(['first']).length + batchOf(['second']).length;

export function topicIdOf(index: number): string {
  return Buffer.from(`topic id ${String(index).padStart(7, '0')}`).toString('base64url');
}

export function openJournaled(disk: SimDisk, options: FixtureOptions = {}): Promise<LogDirectory> {
  return openLogDirectory({
    disk,
    clock: createSimClock(),
    random: createSimRandom(1),
    logger: silentLogger,
    path: '/data',
    clusterId: 'cluster',
    nodeId: 1,
    tailCache: createTailCache(0),
    durability: 'disk',
    configOf: () => DEFAULT_LOG_CONFIG,
    journal: SETTINGS,
    ...options,
  });
}

/** Logs with a record each, so that their files are there, and a journal that has been used. */
export async function openFixture(options: FixtureOptions = {}): Promise<Fixture> {
  const clock = options.clock ?? createSimClock();
  const disk = createSimDisk({ clock });
  const directory = await openJournaled(disk, { ...options, clock });
  const logs: ManagedLog[] = [];
  for (let index = 0; index < (options.logCount ?? 5); index++) {
    logs.push(await directory.create('orders', index, topicIdOf(index), DEFAULT_LOG_CONFIG));
  }
  let journal = 0;
  let segments = 0;
  disk.inject(({ kind, path }) => {
    if (kind === 'sync' && isJournalFileName(path.slice('/data/'.length))) journal++;
    if (kind === 'sync' && path.endsWith('.log')) segments++;
    return undefined;
  });
  // The first finds no file, the second makes one, the third is written to it.
  for (const value of ['first', 'second', 'third']) await appendToAll(logs, value);
  const fixture = {
    disk,
    directory,
    logs,
    syncs() {
      const counted = { journal, segments };
      journal = 0;
      segments = 0;
      return counted;
    },
  };
  fixture.syncs();
  return fixture;
}

export async function appendToAll(logs: readonly ManagedLog[], value: string): Promise<void> {
  for (const log of logs) append(log, batchOf([value]), { durable: true });
  await Promise.all(logs.map((log) => durable(log)));
}

/** What five logs end with. */
export async function lastValuesAfterCrash(
  disk: SimDisk,
  options: FixtureOptions = {},
): Promise<(string | undefined)[]> {
  const directory = await openJournaled(disk, options);
  const values: (string | undefined)[] = [];
  for (let index = 0; index < 5; index++) {
    const log = directory.get('orders', index)?.log;
    values.push(log === undefined ? undefined : (await readAll(log)).at(-1)?.value);
  }
  await directory.close();
  return values;
}
