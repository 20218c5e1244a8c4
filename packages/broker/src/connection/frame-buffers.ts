import { setLease } from '@sluice/kernel/lease';

/** Memory for large requests, used again once nobody holds its lease: no collection, no fresh pages per request. */
export interface FrameBuffers {
  /** At least `sizeBytes` long; its content is what the last user left. */
  take(sizeBytes: number): Buffer;
  readonly freeSizeBytes: number;
}

const KIB = 1024;
/** At most half of one is wasted; a request with one batch of Kafka's default limit fits in the fourth. */
const CLASS_SIZES_BYTES = [128 * KIB, 256 * KIB, 512 * KIB, 1088 * KIB, 2112 * KIB, 4160 * KIB];
/** Kept for the next requests. */
export const FREE_SIZE_BYTES_MAX = 16 * 1024 * 1024;
/** Smaller ones are cheap to make. */
export const POOLED_SIZE_BYTES_MIN = 64 * 1024;

export function createFrameBuffers(freeSizeBytesMax = FREE_SIZE_BYTES_MAX): FrameBuffers {
  const freeByClass = new Map<number, Buffer[]>();
  let freeSizeBytes = 0;

  function giveBack(buffer: Buffer): void {
    if (freeSizeBytes + buffer.length > freeSizeBytesMax) return;
    freeSizeBytes += buffer.length;
    const free = freeByClass.get(buffer.length);
    if (free === undefined) freeByClass.set(buffer.length, [buffer]);
    else free.push(buffer);
  }

  return {
    get freeSizeBytes() {
      return freeSizeBytes;
    },
    take(sizeBytes) {
      const classSizeBytes = CLASS_SIZES_BYTES.find((size) => size >= sizeBytes);
      if (sizeBytes < POOLED_SIZE_BYTES_MIN || classSizeBytes === undefined) return Buffer.allocUnsafeSlow(sizeBytes);
      const free = freeByClass.get(classSizeBytes)?.pop();
      if (free !== undefined) {
        freeSizeBytes -= classSizeBytes;
        return free;
      }
      const made = Buffer.allocUnsafeSlow(classSizeBytes);
      setLease(made, () => giveBack(made));
      return made;
    },
  };
}
