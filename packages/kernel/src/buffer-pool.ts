/** Memory of a few sizes, used again: no collection and no fresh pages for each use. */
export interface BufferPool {
  /** At least `sizeBytes` long, its content what the last user left; `undefined` for sizes that are not pooled. */
  take(sizeBytes: number): Buffer | undefined;
  /** Nobody looks at it any more. One that is never given back is collected like any other. */
  giveBack(buffer: Buffer): void;
  readonly freeSizeBytes: number;
}

export interface BufferPoolOptions {
  /** Rising. */
  readonly classSizesBytes: readonly number[];
  /** Smaller ones are cheap to make. */
  readonly pooledSizeBytesMin: number;
  /** Kept for the next uses; what would exceed it is left to the collector. */
  readonly freeSizeBytesMax: number;
  /** A buffer that was not in the pool before. */
  readonly onMade?: (buffer: Buffer) => void;
}

export function createBufferPool(options: BufferPoolOptions): BufferPool {
  const { classSizesBytes, pooledSizeBytesMin, freeSizeBytesMax, onMade } = options;
  const freeByClass = new Map<number, Buffer[]>();
  let freeSizeBytes = 0;

  return {
    get freeSizeBytes() {
      return freeSizeBytes;
    },
    take(sizeBytes) {
      if (sizeBytes < pooledSizeBytesMin) return undefined;
      const classSizeBytes = classSizesBytes.find((size) => size >= sizeBytes);
      if (classSizeBytes === undefined) return undefined;
      const free = freeByClass.get(classSizeBytes)?.pop();
      if (free !== undefined) {
        freeSizeBytes -= classSizeBytes;
        return free;
      }
      const made = Buffer.allocUnsafeSlow(classSizeBytes);
      onMade?.(made);
      return made;
    },
    giveBack(buffer) {
      if (freeSizeBytes + buffer.length > freeSizeBytesMax) return;
      freeSizeBytes += buffer.length;
      const free = freeByClass.get(buffer.length);
      if (free === undefined) freeByClass.set(buffer.length, [buffer]);
      else free.push(buffer);
    },
  };
}
