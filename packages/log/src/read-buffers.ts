/** Memory for reads from disk, used again once what was read has left: no collection, no fresh pages per read. */
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
    take(sizeBytes) {
      const classSizeBytes = CLASS_SIZES_BYTES.find((size) => size >= sizeBytes);
      if (sizeBytes < POOLED_SIZE_BYTES_MIN || classSizeBytes === undefined) {
        return { buffer: Buffer.allocUnsafeSlow(sizeBytes), release() {} };
      }
      const free = freeByClass.get(classSizeBytes)?.pop();
      if (free !== undefined) freeSizeBytes -= classSizeBytes;
      const buffer = free ?? Buffer.allocUnsafeSlow(classSizeBytes);
      let isReleased = false;
      return {
        buffer,
        release() {
          if (isReleased) return;
          isReleased = true;
          giveBack(buffer);
        },
      };
    },
  };
}
