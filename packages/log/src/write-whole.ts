import type { Disk } from '@sluice/kernel/disk';

/** Makes a file hold exactly this, durably, once its directory is synced. A crash before that may leave a part of it. */
export async function writeWhole(disk: Disk, path: string, content: Buffer | string): Promise<void> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const file = await disk.open(path, 'write');
  try {
    if (bytes.length > 0) await file.writev([bytes], 0);
    await file.truncate(bytes.length);
    await file.sync();
  } finally {
    await file.close();
  }
}
