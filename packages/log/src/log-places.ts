import { DiskError } from '@sluice/kernel/disk';
import { type Claim, claimDirectory } from './claim-directory.ts';
import { DEFAULT_COMPACTOR_SETTINGS } from './compaction/compactor.ts';
import { reasonOf } from './failure-reason.ts';
import type { LogDirectory, LogDirectoryOptions } from './log-directory.ts';
import { LogDirectoryError } from './log-directory-error.ts';
import { openClaimedDirectory } from './log-manager.ts';
import { resolveMoves } from './move/resolve-moves.ts';
import type { SharedParts } from './shared-parts.ts';

/** One of the configured directories, as the broker's directories know it. */
export interface Place {
  readonly path: string;
  directory: LogDirectory | undefined;
  /** Why it could not be opened. */
  refusal: string | undefined;
  /** Logs that are being made there. */
  pendingCount: number;
}

export interface OpenPlacesOptions extends Omit<LogDirectoryOptions, 'path' | 'shared' | 'refused' | 'onOffline'> {
  readonly paths: readonly string[];
  readonly shared: SharedParts;
  readonly onOffline: (path: string, reason: string) => void;
}

export function failureOf({ directory, refusal }: Place): string | undefined {
  return directory?.failure ?? refusal;
}

/**
 * Opens all directories: each is claimed, then the moves between them are brought to their end, then their logs are
 * opened. Fails with what is no matter of a disk, and where none is left; nothing stays open then.
 */
export async function openPlaces(options: OpenPlacesOptions): Promise<Place[]> {
  const { logger } = options;
  const places: Place[] = options.paths.map((path) => ({
    path,
    directory: undefined,
    refusal: undefined,
    pendingCount: 0,
  }));
  const claims = new Map<Place, Claim>();

  async function claim(place: Place): Promise<void> {
    try {
      claims.set(place, await claimDirectory({ ...options, path: place.path }));
    } catch (error) {
      refuse(place, error);
    }
  }

  /** Throws what is no matter of a disk, and what leaves no directory. */
  function refuse(place: Place, error: unknown): void {
    if (!isDiskMatter(error)) throw error;
    place.refusal = reasonOf(error);
    if (places.every(({ refusal }) => refusal !== undefined)) throw error;
    logger.error('a data directory cannot be used and its partitions are offline', {
      directory: place.path,
      reason: place.refusal,
    });
  }

  /** Partitions that must not be opened, with the reason. */
  async function resolve(): Promise<ReadonlyMap<string, string>> {
    const { refused, failed } = await resolveMoves({
      ...options,
      places: [...claims].map(([{ path }, { directoryId }]) => ({ path, directoryId })),
    });
    for (const [place, { lock }] of [...claims]) {
      if (!failed.has(place.path)) continue;
      claims.delete(place);
      await lock.release();
      refuse(place, failed.get(place.path));
    }
    return refused;
  }

  async function open(place: Place, refused: ReadonlyMap<string, string>): Promise<void> {
    const claimed = claims.get(place);
    if (claimed === undefined) return;
    claims.delete(place);
    try {
      place.directory = await openClaimedDirectory(optionsOf(place.path, refused, options), claimed);
    } catch (error) {
      refuse(place, error);
    }
  }

  try {
    for (const place of places) await claim(place);
    const refused = await resolve();
    const opened = await Promise.allSettled(places.map((place) => open(place, refused)));
    for (const result of opened) if (result.status === 'rejected') throw result.reason;
    return places;
  } catch (error) {
    await Promise.all([...claims.values()].map(({ lock }) => lock.release()));
    await Promise.all(places.map(({ directory }) => directory?.close()));
    throw error;
  }
}

function optionsOf(
  path: string,
  refused: ReadonlyMap<string, string>,
  { paths, onOffline, ...options }: OpenPlacesOptions,
): LogDirectoryOptions {
  const settings = options.compactor ?? DEFAULT_COMPACTOR_SETTINGS;
  return {
    ...options,
    path,
    refused,
    // Both are for the whole broker.
    compactor: {
      ...settings,
      keyMemorySizeBytes: Math.floor(settings.keyMemorySizeBytes / paths.length),
      bytesPerSecondMax: settings.bytesPerSecondMax / paths.length,
    },
    onOffline: (reason) => onOffline(path, reason),
  };
}

/** What a disk, or its permissions, does to us; all else is a mistake of whoever named the directory. */
function isDiskMatter(error: unknown): boolean {
  return error instanceof DiskError || (error instanceof LogDirectoryError && error.tag === 'read-only');
}
