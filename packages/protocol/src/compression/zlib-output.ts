import { type Codec, CompressionError, tooLarge } from './codec.ts';

const CHUNK_SIZE_BYTES_MIN = 1024;
const CHUNK_SIZE_BYTES_MAX = 1 << 20;
/** Records usually compress less than this; more only takes more chunks. */
const EXPECTED_RATIO = 4;

/** Node's zlib fills and keeps chunks of this size: one for the usual case, never large for a small input. */
export function outputChunkSizeBytes(inputSizeBytes: number): number {
  return Math.min(CHUNK_SIZE_BYTES_MAX, Math.max(CHUNK_SIZE_BYTES_MIN, inputSizeBytes * EXPECTED_RATIO));
}

/** What one of Node's synchronous decompressors threw, as ours. Anything that it does not throw for input is a bug. */
export function decompressionError(codec: Codec, sizeBytesMax: number, error: unknown): CompressionError {
  if (error instanceof CompressionError || !(error instanceof Error)) throw error;
  if ('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(codec, sizeBytesMax);
  return new CompressionError('corrupt', codec, error.message, { cause: error });
}
