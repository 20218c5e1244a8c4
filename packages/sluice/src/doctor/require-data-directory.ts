import { type Disk, DiskError } from '@sluice/kernel/disk';
import { PARTITION_METADATA, parseSegmentFileName } from '@sluice/log/file-names';
import { META_PROPERTIES } from '@sluice/log/meta-properties';
import { parsePartitionName } from '@sluice/log/partition-name';
import { METADATA_FILE } from '../data-directory.ts';
import { DoctorRefused } from './doctor-refused.ts';

/** The names in a data directory; fails with `DoctorRefused` if it is none. */
export async function requireDataDirectory(disk: Disk, path: string): Promise<readonly string[]> {
  const names = await namesIn(disk, path);
  if (names.includes(META_PROPERTIES) || names.includes(METADATA_FILE)) return names;
  if (names.some((name) => name.endsWith('.log') && /^\d{20}\./.test(name))) {
    throw new DoctorRefused('foreign', `${path} is the directory of one partition`, 'name the data directory above it');
  }
  // A copy that somebody made of partitions alone is worth a look too.
  if (await hasPartitions(disk, path, names)) return names;
  throw new DoctorRefused(
    'foreign',
    names.length === 0
      ? `${path} is empty`
      : `${path} is no data directory: it has neither ${META_PROPERTIES} nor partitions`,
    'name the directory that a broker was started with',
  );
}

/** Names like `backup-1` are common; files of a log are not. */
const CANDIDATES_MAX = 100;

async function hasPartitions(disk: Disk, path: string, names: readonly string[]): Promise<boolean> {
  const candidates = names.filter((name) => parsePartitionName(name) !== undefined).slice(0, CANDIDATES_MAX);
  for (const name of candidates) {
    if (!(await disk.stat(`${path}/${name}`))?.isDirectory) continue;
    const files = await namesIn(disk, `${path}/${name}`);
    if (files.some((file) => parseSegmentFileName(file) !== undefined || file === PARTITION_METADATA)) return true;
  }
  return false;
}

async function namesIn(disk: Disk, path: string): Promise<string[]> {
  try {
    const stat = await disk.stat(path);
    if (stat === undefined) throw new DoctorRefused('not-found', `there is no directory ${path}`, 'check its name');
    if (!stat.isDirectory) throw new DoctorRefused('foreign', `${path} is a file`, 'name a data directory');
    return await disk.list(path);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    throw new DoctorRefused('denied', `${path} cannot be read: ${error.message}`, 'run it as the user of the broker', {
      cause: error,
    });
  }
}
