import { dirname } from 'node:path';
import type { Disk } from '@sluice/kernel/disk';
import { refuse } from './import-refused.ts';
import type { PartitionFiles } from './plan-files.ts';

/** For directories, checkpoints and the metadata, and so that a broker can start on the full target. */
const SPARE_BYTES = 16 * 1024 * 1024;
const MIB_BYTES = 1024 * 1024;

/** Refuses an import for whose copies the target has no room. What an earlier attempt copied is there already. */
export async function checkSpace(disk: Disk, target: string, partitions: readonly PartitionFiles[]): Promise<void> {
  let wantedBytes = 0;
  for (const { source, files } of partitions) {
    const directory = `${target}/${source.name}`;
    const isThere = await disk.stat(directory);
    const there = new Set(isThere === undefined ? [] : await disk.list(directory));
    for (const { name, mode, sizeBytes } of files) if (mode === 'copy' && !there.has(name)) wantedBytes += sizeBytes;
  }
  const { freeBytes } = await disk.space(await nearestDirectory(disk, target));
  if (wantedBytes + SPARE_BYTES <= freeBytes) return;
  const mib = (bytes: number) => `${Math.ceil(bytes / MIB_BYTES).toLocaleString('en-US')} MiB`;
  refuse(
    `${target} has ${mib(freeBytes)} free and needs ${mib(wantedBytes + SPARE_BYTES)} for what must be copied`,
    'free some space, or name a directory on the file system of the source: hard links take none',
  );
}

/** A dry run has not made the target. */
async function nearestDirectory(disk: Disk, path: string): Promise<string> {
  const parent = dirname(path);
  if (parent === path || (await disk.stat(path))?.isDirectory) return path;
  return await nearestDirectory(disk, parent);
}
