import type { Disk } from '@sluice/kernel/disk';

/** Replaces a small file's content; a power loss may take it away. */
export async function writeUnsynced(disk: Disk, path: string, content: string): Promise<void> {
  const file = await disk.open(path, 'write');
  try {
    await file.truncate(0);
    await file.writev([Buffer.from(content)], 0);
  } finally {
    await file.close();
  }
}
