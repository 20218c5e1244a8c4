import { createBufferPool } from '@sluice/kernel/buffer-pool';
import { setLease } from '@sluice/kernel/lease';

/** Memory for requests that are not small, used again once nobody holds its lease. */
export interface FrameBuffers {
  /** At least `sizeBytes` long; its content is what the last user left. */
  take(sizeBytes: number): Buffer;
  readonly freeSizeBytes: number;
}

const KIB = 1024;
/**
 * At most half of one is wasted. A request with one batch of `batch.size`, Kafka's 16 KiB or the 32 or 64 KiB that people set,
 * fits closely, and so does one with a batch of 1 MiB, the largest that a topic takes unless it is told otherwise.
 */
const CLASS_SIZES_BYTES = [
  ...[12, 17, 24, 33, 48, 66, 96].map((size) => size * KIB),
  ...[128, 256, 512, 1088, 2112, 4160].map((size) => size * KIB),
];
/** Kept for the next requests. */
export const FREE_SIZE_BYTES_MAX = 16 * 1024 * 1024;
/** Smaller ones are cheap to make, and the tail cache copies what is in them. */
export const POOLED_SIZE_BYTES_MIN = 8 * KIB;

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
    take: (sizeBytes) => pool.take(sizeBytes) ?? makeUnpooled(sizeBytes),
  };
}

/** Small ones lie side by side in memory that Node hands out piece by piece. */
function makeUnpooled(sizeBytes: number): Buffer {
  return sizeBytes < POOLED_SIZE_BYTES_MIN ? Buffer.allocUnsafe(sizeBytes) : Buffer.allocUnsafeSlow(sizeBytes);
}
