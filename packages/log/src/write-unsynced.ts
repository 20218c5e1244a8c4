import { type Disk, DiskError, type DiskFile } from '@sluice/kernel/disk';

/** Replaces a small file's content; a power loss may take it away. */
export async function writeUnsynced(disk: Disk, path: string, content: string): Promise<void> {
  const { file, isNew } = await openToReplace(disk, path);
  try {
    if (!isNew) await file.truncate(0);
    await file.writev([Buffer.from(content)], 0);
  } finally {
    await file.close();
  }
}

async function openToReplace(disk: Disk, path: string): Promise<{ file: DiskFile; isNew: boolean }> {
  try {
    return { file: await disk.open(path, 'create'), isNew: true };
  } catch (error) {
    if (!(error instanceof DiskError) || error.tag !== 'exists') throw error;
    return { file: await disk.open(path, 'write'), isNew: false };
  }
}
