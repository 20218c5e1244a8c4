/** Bytes that are written one after the other, without knowing how many there will be. */
export interface GrowingBuffer {
  /** Another one after a `reserve`. */
  buffer: Buffer;
  /** Where the next bytes go. */
  at: number;
}

/** More than was expected costs a copy. */
export function createGrowingBuffer(expectedSizeBytes: number): GrowingBuffer {
  return { buffer: Buffer.allocUnsafe(expectedSizeBytes), at: 0 };
}

/** Room for so many bytes behind what is there; returns where it begins. */
export function reserve(memory: GrowingBuffer, sizeBytes: number): number {
  const start = memory.at;
  const end = start + sizeBytes;
  if (end > memory.buffer.length) {
    const larger = Buffer.allocUnsafe(Math.max(end, memory.buffer.length * 2));
    memory.buffer.copy(larger, 0, 0, start);
    memory.buffer = larger;
  }
  memory.at = end;
  return start;
}

/** What was written so far. */
export function bytesOf({ buffer, at }: GrowingBuffer): Buffer {
  return buffer.subarray(0, at);
}
