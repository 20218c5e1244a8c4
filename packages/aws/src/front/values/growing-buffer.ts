/** Bytes that are written one after the other, without knowing how many there will be. */
export interface GrowingBuffer {
  /** The memory as it is now: another one after the next `reserve`. */
  readonly buffer: Buffer;
  /** Room for so many bytes behind what is there; returns where it begins. */
  reserve(sizeBytes: number): number;
  /** What was written so far. */
  finish(): Buffer;
}

/** More than was expected costs a copy. */
export function createGrowingBuffer(expectedSizeBytes: number): GrowingBuffer {
  let buffer = Buffer.allocUnsafe(expectedSizeBytes);
  let at = 0;
  return {
    get buffer() {
      return buffer;
    },
    reserve(sizeBytes) {
      const start = at;
      at += sizeBytes;
      if (at > buffer.length) {
        const larger = Buffer.allocUnsafe(Math.max(at, buffer.length * 2));
        buffer.copy(larger, 0, 0, start);
        buffer = larger;
      }
      return start;
    },
    finish: () => buffer.subarray(0, at),
  };
}
