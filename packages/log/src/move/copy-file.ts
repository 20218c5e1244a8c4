import type { Disk } from '@sluice/kernel/disk';
import { type FileCache, withExistingFile } from '../file-cache.ts';

/** One read and one write; the memory that a copy needs. */
export const CHUNK_SIZE_BYTES = 1024 * 1024;

/** Called after every chunk: limits the rate, and lets others have their turn. Fails to end the copy. */
export type Pace = (sizeBytes: number) => Promise<void>;

export interface CopyTools {
  readonly disk: Disk;
  /** Of the files that are copied. */
  readonly files: FileCache;
}

export interface CopyRange {
  readonly from: string;
  readonly to: string;
  readonly start: number;
  readonly end: number;
}

/** Copies a part of a file to the same place in another, durably. Fails with `DiskError`, or if the file ends before. */
export async function copyRange({ from, to, start, end }: CopyRange, tools: CopyTools, pace: Pace): Promise<void> {
  const target = await tools.disk.open(to, 'write');
  try {
    // What an earlier attempt left may be longer.
    if ((await target.size()) > start) await target.truncate(start);
    const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_SIZE_BYTES, end - start));
    for (let position = start; position < end; ) {
      const wanted = chunk.subarray(0, Math.min(chunk.length, end - position));
      const count = await withExistingFile(tools.files, from, (file) => file.read(wanted, position));
      if (count < wanted.length) throw new Error(`${from} ends at ${position + count}, not at ${end}`);
      await target.writev([wanted], position);
      position += count;
      await pace(count);
    }
    await target.sync();
  } finally {
    await target.close();
  }
}

/** Makes `to` what `from` is, durably; missing if that is missing. For small files. */
export async function copyWhole(from: string, to: string, { disk }: CopyTools): Promise<void> {
  const content = await disk.readFile(from);
  if (content === undefined) return await disk.unlink(to);
  const target = await disk.open(to, 'write');
  try {
    await target.truncate(0);
    if (content.length > 0) await target.writev([content], 0);
    await target.sync();
  } finally {
    await target.close();
  }
}
