/** Larger answers are refused: what asks for records limits its answers far below this. */
export const RESPONSE_SIZE_BYTES_MAX = 256 * 1024 * 1024;

const LENGTH_SIZE_BYTES = 4;

export interface FrameAssembler {
  /** Whole frames, without their length, that this chunk completes; undefined when the announced length is impossible. */
  push(chunk: Buffer): readonly Buffer[] | undefined;
}

/** Puts answers together from what the network delivers. A frame within one chunk is a view of it, else one copy. */
export function createFrameAssembler(sizeBytesMax: number = RESPONSE_SIZE_BYTES_MAX): FrameAssembler {
  const lengthBytes = Buffer.alloc(LENGTH_SIZE_BYTES);
  let lengthFill = 0;
  let frame: Buffer | undefined;
  let frameFill = 0;

  /** Takes the length, or what there is of it; returns the position behind it. */
  function takeLength(chunk: Buffer, position: number): number {
    const taken = chunk.copy(lengthBytes, lengthFill, position, position + LENGTH_SIZE_BYTES - lengthFill);
    lengthFill += taken;
    return position + taken;
  }

  return {
    push(chunk) {
      const frames: Buffer[] = [];
      let position = 0;
      while (position < chunk.length) {
        if (frame === undefined) {
          position = takeLength(chunk, position);
          if (lengthFill < LENGTH_SIZE_BYTES) break;
          const length = lengthBytes.readInt32BE(0);
          if (length < LENGTH_SIZE_BYTES || length > sizeBytesMax) return undefined;
          if (chunk.length - position >= length) {
            frames.push(chunk.subarray(position, position + length));
            position += length;
            lengthFill = 0;
            continue;
          }
          frame = Buffer.allocUnsafe(length);
          frameFill = 0;
        }
        const taken = chunk.copy(frame, frameFill, position);
        frameFill += taken;
        position += taken;
        if (frameFill === frame.length) {
          frames.push(frame);
          frame = undefined;
          lengthFill = 0;
        }
      }
      return frames;
    },
  };
}
