import { gunzipSync, gzipSync } from 'node:zlib';
import { checkLevel, LEVELS, tooLarge } from './codec.ts';
import { decompressionError, outputChunkSizeBytes } from './zlib-output.ts';

export function compressGzip(input: Buffer, level: number = LEVELS.gzip.default): Buffer {
  checkLevel('gzip', level);
  return gzipSync(input, { level, chunkSize: outputChunkSizeBytes(input.length / 4) });
}

/** Stops as soon as the output passes `sizeBytesMax`. */
export function decompressGzip(input: Buffer, sizeBytesMax: number): Buffer {
  if (sizeBytesMax < 1) throw tooLarge('gzip', sizeBytesMax);
  try {
    return gunzipSync(input, { maxOutputLength: sizeBytesMax, chunkSize: outputChunkSizeBytes(input.length) });
  } catch (error) {
    throw decompressionError('gzip', sizeBytesMax, error);
  }
}
