import { dirname } from 'node:path';
import { type Disk, DiskError, type DiskFile } from './disk.ts';
import { createSerializer } from './serialize.ts';

type Steps = Pick<Disk, 'open' | 'rename' | 'unlink' | 'syncDirectory'>;

/**
 * `Disk.replaceFile` and `Disk.placeFile` from their steps. One at a time per path: the temporary file has a fixed name, so
 * none is left over.
 */
export function replacingFiles(
  disk: () => Steps,
  limit: <T>(work: () => Promise<T>) => Promise<T> = (work) => work(),
): Pick<Disk, 'replaceFile' | 'placeFile'> {
  const serialize = createSerializer();
  const place: Disk['placeFile'] = (path, content) => limit(() => placeFile(disk(), path, content));
  return {
    replaceFile: (path, content) =>
      serialize(path, async () => {
        await place(path, content);
        await disk().syncDirectory(dirname(path));
      }),
    placeFile: (path, content) => serialize(path, () => place(path, content)),
  };
}

async function placeFile(disk: Steps, path: string, content: Uint8Array | string): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    await writeWhole(disk, temporary, typeof content === 'string' ? Buffer.from(content) : content);
    await disk.rename(temporary, path);
  } catch (error) {
    // Best effort: it may hold the space whose lack is the reason.
    await disk.unlink(temporary).catch(() => {});
    throw error;
  }
}

async function writeWhole(disk: Steps, path: string, content: Uint8Array): Promise<void> {
  const file = await openEmpty(disk, path);
  try {
    await file.writev([content], 0);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Mostly it is not there: only a crash leaves one. */
async function openEmpty(disk: Steps, path: string): Promise<DiskFile> {
  try {
    return await disk.open(path, 'create');
  } catch (error) {
    if (!(error instanceof DiskError) || error.tag !== 'exists') throw error;
    await disk.unlink(path);
    return disk.open(path, 'create');
  }
}
