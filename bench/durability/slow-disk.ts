import type { Disk, DiskFile } from '@sluice/kernel/disk';

/** Threads of libuv that make system calls; a sync holds one for as long as it takes. */
const THREADS = 4;

/** A disk whose syncs take `delayMs` longer, and of which no more are under way than there are threads for them. */
export function slowDisk(disk: Disk, delayMs: number): Disk {
  if (delayMs === 0) return disk;
  let free = THREADS;
  const waiting: (() => void)[] = [];

  async function slowly(sync: () => Promise<void>): Promise<void> {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      await sync();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  }

  const slow = (file: DiskFile): DiskFile => ({
    path: file.path,
    read: (target, position) => file.read(target, position),
    writev: (buffers, position) => file.writev(buffers, position),
    sync: () => slowly(() => file.sync()),
    truncate: (sizeBytes) => file.truncate(sizeBytes),
    size: () => file.size(),
    close: () => file.close(),
  });
  return { ...disk, open: async (path, mode) => slow(await disk.open(path, mode)) };
}
