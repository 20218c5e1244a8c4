import type { Disk, DiskFile } from '@sluice/kernel/disk';
import { limitConcurrency } from '@sluice/kernel/limit-concurrency';

/** As the real disk: the page cache takes it at once, on the event loop. */
const IMMEDIATE_WRITE_SIZE_BYTES_MAX = 32 * 1024;

/** A disk whose operations are carried out by so many threads: an operation that takes long holds one of them. */
export function withThreads(disk: Disk, threadCount: number): Disk {
  const onThread = limitConcurrency(threadCount);

  const file = (opened: DiskFile): DiskFile => ({
    path: opened.path,
    read: (target, position) => onThread(() => opened.read(target, position)),
    writev(buffers, position) {
      const sizeBytes = buffers.reduce((sum, { length }) => sum + length, 0);
      if (sizeBytes <= IMMEDIATE_WRITE_SIZE_BYTES_MAX) return opened.writev(buffers, position);
      return onThread(() => opened.writev(buffers, position));
    },
    sync: () => onThread(() => opened.sync()),
    truncate: (sizeBytes) => onThread(() => opened.truncate(sizeBytes)),
    size: () => onThread(() => opened.size()),
    close: () => onThread(() => opened.close()),
  });

  return {
    ...disk,
    open: async (path, mode) => file(await onThread(() => disk.open(path, mode))),
    readFile: (path) => onThread(() => disk.readFile(path)),
    list: (path) => onThread(() => disk.list(path)),
    stat: (path) => onThread(() => disk.stat(path)),
    rename: (from, to) => onThread(() => disk.rename(from, to)),
    unlink: (path) => onThread(() => disk.unlink(path)),
    syncDirectory: (path) => onThread(() => disk.syncDirectory(path)),
  };
}
