import type { Disk, DiskFile } from '@sluice/kernel/disk';

/** A disk whose syncs can be made to wait. */
export interface HeldDisk extends Disk {
  hold(): void;
  release(): void;
}

export function createHeldDisk(disk: Disk): HeldDisk {
  let released = Promise.resolve();
  let release = () => {};

  function held(file: DiskFile): DiskFile {
    return {
      path: file.path,
      read: (target, position) => file.read(target, position),
      writev: (buffers, position) => file.writev(buffers, position),
      async sync() {
        await released;
        await file.sync();
      },
      truncate: (sizeBytes) => file.truncate(sizeBytes),
      size: () => file.size(),
      close: () => file.close(),
    };
  }

  return {
    ...disk,
    open: async (path, mode) => held(await disk.open(path, mode)),
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      released = promise;
      release = resolve;
    },
    release: () => release(),
  };
}
