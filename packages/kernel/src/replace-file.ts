import { dirname } from 'node:path';
import type { Disk } from './disk.ts';

type Steps = Pick<Disk, 'open' | 'rename' | 'unlink' | 'syncDirectory'>;

/** `Disk.replaceFile` from its steps. One at a time per path: the temporary file has a fixed name, so none is left over. */
export async function replaceFile(disk: Steps, path: string, content: Uint8Array | string): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    await writeWhole(disk, temporary, typeof content === 'string' ? Buffer.from(content) : content);
    await disk.rename(temporary, path);
  } catch (error) {
    // Best effort: it may hold the space whose lack is the reason.
    await disk.unlink(temporary).catch(() => {});
    throw error;
  }
  await disk.syncDirectory(dirname(path));
}

async function writeWhole(disk: Steps, path: string, content: Uint8Array): Promise<void> {
  const file = await disk.open(path, 'write');
  try {
    await file.truncate(0);
    await file.writev([content], 0);
    await file.sync();
  } finally {
    await file.close();
  }
}
