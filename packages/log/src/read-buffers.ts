import { createBufferPool } from '@sluice/kernel/buffer-pool';

/** Memory for reads from disk, used again once what was read has left. */
export interface ReadBuffers {
  /** At least `sizeBytes` long; its content is what the last user left. */
  take(sizeBytes: number): ReadBuffer;
}

export interface ReadBuffer {
  readonly buffer: Buffer;
  /** Nobody looks at it any more. One that is never given back is collected like any other. */
  release(): void;
}

/** A consumer's usual limit per partition, a read of the reader's own limit, and a smaller one; each with a header more. */
const SLACK_SIZE_BYTES = 64 * 1024;
const CLASS_SIZES_BYTES = [256 * 1024, 1024 * 1024 + SLACK_SIZE_BYTES, 4 * 1024 * 1024 + SLACK_SIZE_BYTES];
/** Kept for the next read. */
const FREE_SIZE_BYTES_MAX = 16 * 1024 * 1024;
/** Smaller ones are cheap to make. */
const POOLED_SIZE_BYTES_MIN = 64 * 1024;

export function createReadBuffers(freeSizeBytesMax = FREE_SIZE_BYTES_MAX): ReadBuffers {
  const pool = createBufferPool({
    classSizesBytes: CLASS_SIZES_BYTES,
    pooledSizeBytesMin: POOLED_SIZE_BYTES_MIN,
    freeSizeBytesMax,
  });
  return {
    take(sizeBytes) {
      const buffer = pool.take(sizeBytes);
      if (buffer === undefined) return { buffer: Buffer.allocUnsafeSlow(sizeBytes), release() {} };
      let isReleased = false;
      return {
        buffer,
        release() {
          if (isReleased) return;
          isReleased = true;
          pool.giveBack(buffer);
        },
      };
    },
  };
}
