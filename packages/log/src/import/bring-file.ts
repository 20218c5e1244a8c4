import { type Disk, DiskError, type DiskFile } from '@sluice/kernel/disk';

/** Read and written at once. */
const CHUNK_SIZE_BYTES = 960 * 1024;
/** A whole number of entries of both indexes: 8 and 12 bytes. */
const ENTRIES_SIZE_BYTES = 24;
/** Ours until it is whole; an interrupted copy is begun again. */
export const PARTIAL_SUFFIX = '.import';

/** The import was told to stop: what is there is whole, and the next one goes on behind it. */
export class ImportStopped extends Error {
  override readonly name = 'ImportStopped';
}

export interface CopyOptions {
  /** Ends where only zeros follow. */
  readonly isIndex: boolean;
  readonly modifiedMs: number;
  readonly onBytes: (count: number) => void;
  readonly isStopping: () => boolean;
}

/** Copies a file so that it is there as a whole or not at all, whatever happens meanwhile, and durable but for its name. */
export async function copyFile(disk: Disk, from: string, to: string, options: CopyOptions): Promise<void> {
  const partial = `${to}${PARTIAL_SUFFIX}`;
  const source = await disk.open(from, 'read');
  try {
    const target = await disk.open(partial, 'write');
    try {
      await copyContent(source, target, options);
      await target.sync();
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
  await disk.setModified(partial, options.modifiedMs);
  await disk.rename(partial, to);
}

async function copyContent(source: DiskFile, target: DiskFile, options: CopyOptions): Promise<void> {
  const chunk = Buffer.allocUnsafe(CHUNK_SIZE_BYTES);
  await target.truncate(0);
  for (let position = 0; ; ) {
    if (options.isStopping()) throw new ImportStopped('stopped');
    const filled = await source.read(chunk, position);
    const bytes = chunk.subarray(0, filled);
    const isOver = filled < chunk.length;
    const end = options.isIndex ? lengthBeforeZeros(bytes) : filled;
    if (end > 0) await target.writev([bytes.subarray(0, end)], position);
    options.onBytes(end);
    position += filled;
    if (isOver || end < filled) return;
  }
}

/** Up to the end of the entry that has the last byte that is not zero. */
function lengthBeforeZeros(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return Math.min(bytes.length, Math.ceil(end / ENTRIES_SIZE_BYTES) * ENTRIES_SIZE_BYTES);
}

/** Whether hard links from one directory to the other can be made; `file` is one that is there. */
export async function canLink(disk: Disk, file: string, directory: string): Promise<boolean> {
  const probe = `${directory}/.link-probe`;
  await disk.unlink(probe);
  try {
    await disk.link(file, probe);
  } catch (error) {
    if (error instanceof DiskError && (error.tag === 'no-link' || error.tag === 'denied')) return false;
    throw error;
  }
  await disk.unlink(probe);
  return true;
}
