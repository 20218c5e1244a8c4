import type { Disk } from '@sluice/kernel/disk';
import type { FileCache } from './file-cache.ts';
import { copyFile } from './import/bring-file.ts';
import { logPath, type Segment } from './segment.ts';

/**
 * Called before a segment's file is cut: a file that has another name somewhere (an import from Kafka leaves hard links,
 * as does a backup by `cp -l`) is replaced by a copy of its own first, so that the other one stays as it is.
 */
export async function unshareSegment(segment: Segment, disk: Disk, files: FileCache): Promise<void> {
  const path = logPath(segment);
  const stat = await disk.stat(path);
  if (stat === undefined || stat.linkCount <= 1) return;
  await files.forget(path);
  await copyFile(disk, path, path, {
    isIndex: false,
    modifiedMs: stat.modifiedMs,
    onBytes() {},
    isStopping: () => false,
  });
  await disk.syncDirectory(segment.directory);
}
