import type { FileNode } from './disk-tree.ts';

/** Bytes held by the files that have a name or an open handle, against a capacity. */
export interface DiskSpace {
  readonly totalBytes: number;
  readonly freeBytes: number;
  setCapacity(bytes: number): void;
  resized(bytes: number): void;
  hold(node: FileNode): void;
  release(node: FileNode): void;
}

const CAPACITY_BYTES = 2 ** 40;

export function createDiskSpace(capacityBytes = CAPACITY_BYTES): DiskSpace {
  let totalBytes = capacityBytes;
  let usedBytes = 0;
  return {
    get totalBytes() {
      return totalBytes;
    },
    get freeBytes() {
      return Math.max(0, totalBytes - usedBytes);
    },
    setCapacity(bytes) {
      totalBytes = bytes;
    },
    resized(bytes) {
      usedBytes += bytes;
    },
    hold(node) {
      if (node.holders === 0) usedBytes += node.content.sizeBytes;
      node.holders++;
    },
    release(node) {
      node.holders--;
      if (node.holders === 0) usedBytes -= node.content.sizeBytes;
    },
  };
}
