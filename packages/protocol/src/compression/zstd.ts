import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { checkLevel, LEVELS, tooLarge } from './codec.ts';
import { decompressionError, outputChunkSizeBytes } from './zlib-output.ts';

export function compressZstd(input: Buffer, level: number = LEVELS.zstd.default): Buffer {
  checkLevel('zstd', level);
  return zstdCompressSync(input, {
    params: { [constants.ZSTD_c_compressionLevel]: level },
    chunkSize: outputChunkSizeBytes(input.length / 4),
  });
}

/**
 * Stops as soon as the output passes `sizeBytesMax`. A frame may announce a window of up to 128 MiB (level 22 does);
 * the decoder reserves that address space but touches only as much as it has written.
 */
export function decompressZstd(input: Buffer, sizeBytesMax: number): Buffer {
  if (sizeBytesMax < 1) throw tooLarge('zstd', sizeBytesMax);
  try {
    return zstdDecompressSync(input, { maxOutputLength: sizeBytesMax, chunkSize: outputChunkSizeBytes(input.length) });
  } catch (error) {
    throw decompressionError('zstd', sizeBytesMax, error);
  }
}
