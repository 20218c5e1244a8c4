import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { CompressionError, checkLevel, LEVELS, tooLarge } from './codec.ts';
import { decompressionError, outputChunkSizeBytes } from './zlib-output.ts';
import { zstdFrameAt } from './zstd-frame.ts';

/** Writers make one frame a batch. Each costs tens of microseconds, and an empty one has 9 bytes. */
export const ZSTD_FRAMES_MAX = 256;

export function compressZstd(input: Buffer, level: number = LEVELS.zstd.default): Buffer {
  checkLevel('zstd', level);
  return zstdCompressSync(input, {
    params: { [constants.ZSTD_c_compressionLevel]: level },
    chunkSize: outputChunkSizeBytes(input.length / 4),
  });
}

/**
 * Stops as soon as the output passes `sizeBytesMax`. All frames are read, as Java's reader does; Node's ends with the
 * first, so they are told apart here.
 */
export function decompressZstd(input: Buffer, sizeBytesMax: number): Buffer {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  let at = 0;
  let frames = 0;
  do {
    if (frames++ === ZSTD_FRAMES_MAX)
      throw new CompressionError('corrupt', 'zstd', `more than ${ZSTD_FRAMES_MAX} frames`);
    const frame = zstdFrameAt(input, at);
    if (frame === undefined) throw new CompressionError('corrupt', 'zstd', 'not a frame, or cut short');
    if (frame.kind === 'content') {
      const part = decompressFrame(input.subarray(at, frame.end), sizeBytesMax - sizeBytes);
      parts.push(part);
      sizeBytes += part.length;
    }
    at = frame.end;
  } while (at < input.length);
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts, sizeBytes);
}

/**
 * A frame may announce a window of up to 128 MiB (level 22 does): the decoder reserves that address space but touches
 * only as much as it writes.
 */
function decompressFrame(frame: Buffer, sizeBytesMax: number): Buffer {
  try {
    // Node takes no limit of 0, which frames behind one that filled the limit would need.
    const output = zstdDecompressSync(frame, {
      maxOutputLength: Math.max(1, sizeBytesMax),
      chunkSize: outputChunkSizeBytes(frame.length),
    });
    if (output.length > sizeBytesMax) throw tooLarge('zstd', sizeBytesMax);
    return output;
  } catch (error) {
    throw decompressionError('zstd', sizeBytesMax, error);
  }
}
