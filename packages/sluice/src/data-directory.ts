import { resolve } from 'node:path';
import type { Disk } from '@sluice/kernel/disk';
import { DiskError } from '@sluice/kernel/disk';
import { makeDurableDirectory } from '@sluice/log/claim-directory';
import { DATA_OPTION, StartError } from './start-error.ts';

const META_PROPERTIES = 'meta.properties';
/** The cluster's metadata, in the data directory beside the partitions. */
export const METADATA_FILE = 'sluice-metadata.db';
/** What SQLite keeps beside its file. */
export const METADATA_FILES = [
  METADATA_FILE,
  `${METADATA_FILE}-wal`,
  `${METADATA_FILE}-shm`,
  `${METADATA_FILE}-journal`,
];
/** There while an import into the directory is not finished. */
export const IMPORT_MARKER = 'sluice-import.json';
/** Made and removed again, to see whether that is possible. */
const PROBE_FILE = '.write-probe';
const HARMLESS = new Set(['lost+found', '.lock', PROBE_FILE, ...METADATA_FILES]);

/** As the cluster's tools will see them. Fails with `StartError` where one is named twice, or none is. */
export function absolutePaths(paths: readonly string[]): string[] {
  if (paths.length === 0)
    throw new StartError('there is no data directory', `name one with ${DATA_OPTION}, or use --ephemeral`);
  const absolute = paths.map((path) => resolve(path));
  const twice = absolute.find((path, index) => absolute.indexOf(path) !== index);
  if (twice !== undefined) throw new StartError(`${twice} is named twice as a data directory`, 'name each once');
  return absolute;
}

/**
 * Where the cluster's metadata is: `metadata.log.dir` if that is set, else whichever of the data directories has it, else
 * the first. A cluster is not made anew because its metadata cannot be read now. Fails with `StartError`.
 */
export async function findMetadataDirectory(
  disk: Disk,
  paths: readonly string[],
  configured: string | undefined,
): Promise<string> {
  const [first] = paths;
  if (configured !== undefined && configured !== '') return resolve(configured);
  if (first === undefined || paths.length === 1) return first ?? '';
  const having: string[] = [];
  const used: string[] = [];
  for (const path of paths) {
    // One that cannot be read now is told later, if it matters.
    const names = await namesIn(disk, path).catch((): string[] => []);
    if (names.includes(METADATA_FILE)) having.push(path);
    if (names.includes(META_PROPERTIES)) used.push(path);
  }
  const [found = first, second] = having;
  if (second !== undefined) {
    throw new StartError(
      `${found} and ${second} have the metadata of two clusters`,
      'name only the directories of one of them',
    );
  }
  if (having.length === 0 && used.length > 0) {
    throw new StartError(
      `${used.join(' and ')} belongs to a cluster whose metadata (${METADATA_FILE}) is in none of the directories`,
      'name the directory that has it, and check that its disk is mounted and may be read',
    );
  }
  return found;
}

/** Makes the directory if need be. One that is somebody else's is refused before anything is written into it. */
export async function prepareDataDirectory(disk: Disk, path: string): Promise<void> {
  const names = await namesIn(disk, path);
  if (names.includes(IMPORT_MARKER)) {
    throw new StartError(
      `an import into ${path} has not come to its end`,
      'give the same sluice import command again: it goes on where it was',
    );
  }
  if (names.includes(METADATA_FILE)) return await checkWritable(disk, path);
  if (names.includes(META_PROPERTIES)) {
    throw new StartError(
      `${path} belongs to an Apache Kafka broker, or has lost its ${METADATA_FILE}`,
      `take it over into a new directory with sluice import, or name another directory with ${DATA_OPTION}`,
    );
  }
  const foreign = names.find((name) => !HARMLESS.has(name));
  if (foreign !== undefined) {
    throw new StartError(
      `${path} is not a data directory: it has no ${META_PROPERTIES}, but ${foreign}`,
      `name an empty or a new directory with ${DATA_OPTION}`,
    );
  }
  await makeDurableDirectory(disk, path);
  await checkWritable(disk, path);
}

/** SQLite, which would be the first to write, says of such a directory no more than "disk I/O error". */
async function checkWritable(disk: Disk, path: string): Promise<void> {
  const probe = `${path}/${PROBE_FILE}`;
  try {
    await (await disk.open(probe, 'write')).close();
    await disk.unlink(probe);
  } catch (error) {
    if (!(error instanceof DiskError) || (error.tag !== 'denied' && error.tag !== 'read-only')) throw error;
    throw new StartError(
      `${path} cannot be written by this user`,
      `make it writable, or name another with ${DATA_OPTION}`,
      {
        cause: error,
      },
    );
  }
}

async function namesIn(disk: Disk, path: string): Promise<string[]> {
  try {
    return await disk.list(path);
  } catch (error) {
    if (error instanceof DiskError && error.tag === 'not-found') return [];
    throw error;
  }
}
