import { createBufferPool } from '@sluice/kernel/buffer-pool';
import { setLease } from '@sluice/kernel/lease';

/** Memory for large requests, used again once nobody holds its lease. */
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
  const pool = createBufferPool({
    classSizesBytes: CLASS_SIZES_BYTES,
    pooledSizeBytesMin: POOLED_SIZE_BYTES_MIN,
    freeSizeBytesMax,
    onMade: (buffer) => setLease(buffer, () => pool.giveBack(buffer)),
  });
  return {
    get freeSizeBytes() {
      return pool.freeSizeBytes;
    },
    take: (sizeBytes) => pool.take(sizeBytes) ?? Buffer.allocUnsafeSlow(sizeBytes),
  };
}
