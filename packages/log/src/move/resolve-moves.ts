import type { Disk } from '@sluice/kernel/disk';
import type { Uuid } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { Random } from '@sluice/kernel/random';
import { readTopicId } from '../partition-metadata.ts';
import { deletedPartitionName, parseFuturePartitionName, parsePartitionName } from '../partition-name.ts';
import { readMoveMark, removeMoveMark, writeMoveMark } from './move-mark.ts';

/** A data directory that is open for use, before its logs are. */
export interface ResolvedPlace {
  readonly path: string;
  readonly directoryId: Uuid;
}

export interface ResolveOptions {
  readonly disk: Disk;
  readonly random: Random;
  readonly logger: Logger;
  readonly places: readonly ResolvedPlace[];
}

export interface ResolvedMoves {
  /** By partition, why its log cannot be opened: it lies in several directories, and nothing says which of them counts. */
  readonly refused: ReadonlyMap<string, string>;
  /** By path, the error of a directory that could not be looked at. */
  readonly failed: ReadonlyMap<string, unknown>;
}

/** Ends the moves between directories that a crash interrupted once their copy was complete: the copy counts. */
export async function resolveMoves(options: ResolveOptions): Promise<ResolvedMoves> {
  const { disk, places } = options;
  const found = new Map<string, ResolvedPlace[]>();
  const failed = new Map<string, unknown>();
  for (const place of places) {
    try {
      await promoteComplete(place, options);
      for (const name of await disk.list(place.path)) {
        if (parsePartitionName(name) === undefined) continue;
        const sharing = found.get(name);
        if (sharing === undefined) found.set(name, [place]);
        else sharing.push(place);
      }
    } catch (error) {
      failed.set(place.path, error);
    }
  }
  const refused = new Map<string, string>();
  for (const [name, all] of found) {
    const sharing = all.filter(({ path }) => !failed.has(path));
    if (sharing.length <= 1) continue;
    // Logs of different topics of one name are no move's: the cluster knows which of the topics is there.
    for (const places of await byTopicId(name, sharing, disk)) {
      if (places.length === 1 || (await resolveOne(name, places, options))) continue;
      const paths = places.map(({ path }) => `${path}/${name}`).join(' and ');
      refused.set(
        name,
        `its log is in several directories: ${paths}; keep the one that is right and take the others away`,
      );
    }
  }
  return { refused, failed };
}

async function byTopicId(name: string, places: readonly ResolvedPlace[], disk: Disk): Promise<ResolvedPlace[][]> {
  const groups = new Map<Uuid | undefined, ResolvedPlace[]>();
  for (const place of places) {
    const topicId = await readTopicId(disk, `${place.path}/${name}`);
    groups.set(topicId, [...(groups.get(topicId) ?? []), place]);
  }
  return [...groups.values()];
}

/** Future logs with a mark are the partition's log; the others are still to be copied. */
async function promoteComplete({ path }: ResolvedPlace, { disk, logger }: ResolveOptions): Promise<void> {
  for (const future of await disk.list(path)) {
    const name = parseFuturePartitionName(future);
    if (name === undefined || (await readMoveMark(disk, `${path}/${future}`)) === undefined) continue;
    logger.info('finishing a move between directories that a crash interrupted', { name, path });
    await disk.rename(`${path}/${future}`, `${path}/${name}`);
    await disk.syncDirectory(path);
  }
}

/** Keeps the one log whose mark names the directories of all the others; false if there is no such one. */
async function resolveOne(name: string, sharing: readonly ResolvedPlace[], options: ResolveOptions): Promise<boolean> {
  const { disk } = options;
  const winners: ResolvedPlace[] = [];
  for (const place of sharing) {
    const movedFrom = await readMoveMark(disk, `${place.path}/${name}`);
    const isNewest = sharing.every((other) => other === place || movedFrom?.includes(other.directoryId) === true);
    if (isNewest) winners.push(place);
  }
  const [winner, second] = winners;
  if (winner === undefined || second !== undefined) return false;
  for (const place of sharing) if (place !== winner) await discard(name, place.path, options);
  await tidyMoveMark(disk, `${winner.path}/${name}`, options.places);
  return true;
}

/**
 * Takes out of a log's mark the directories that are here: nothing older lies in them. Returns those that are away, and
 * may come back with an older log.
 */
export async function tidyMoveMark(disk: Disk, directory: string, places: readonly ResolvedPlace[]): Promise<Uuid[]> {
  const movedFrom = await readMoveMark(disk, directory);
  if (movedFrom === undefined) return [];
  const away = movedFrom.filter((id) => !places.some(({ directoryId }) => directoryId === id));
  if (away.length === 0) await removeMoveMark(disk, directory);
  else if (away.length < movedFrom.length) await writeMoveMark(disk, directory, away);
  return away;
}

async function discard(name: string, path: string, { disk, random }: ResolveOptions): Promise<void> {
  const deleted = deletedPartitionName(name, random.bytes(16).toString('hex'));
  await disk.rename(`${path}/${name}`, `${path}/${deleted}`);
  await disk.syncDirectory(path);
}
