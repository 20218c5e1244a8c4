import { unreachable } from '@sluice/kernel/assert';
import { type Codec, tooLarge } from './codec.ts';
import { compressGzip, decompressGzip } from './gzip.ts';
import { compressLz4, decompressLz4 } from './lz4.ts';
import { compressSnappy, decompressSnappy } from './snappy.ts';
import { compressZstd, decompressZstd } from './zstd.ts';

/** Compresses as Kafka's own clients would; `level` as in `LEVELS`, the codec's default if left out. */
export function compress(codec: Codec, input: Buffer, level?: number): Buffer {
  switch (codec) {
    case 'none':
      return input;
    case 'gzip':
      return compressGzip(input, level);
    case 'snappy':
      return compressSnappy(input);
    case 'lz4':
      return compressLz4(input, level);
    case 'zstd':
      return compressZstd(input, level);
    default:
      return unreachable(codec);
  }
}

/**
 * Decompresses at most `sizeBytesMax` bytes; memory in use stays within a small multiple of the lesser of that and what
 * the input really holds. Throws `CompressionError` and nothing else, whatever the input.
 */
export function decompress(codec: Codec, input: Buffer, sizeBytesMax: number): Buffer {
  switch (codec) {
    case 'none':
      if (input.length > sizeBytesMax) throw tooLarge(codec, sizeBytesMax);
      return input;
    case 'gzip':
      return decompressGzip(input, sizeBytesMax);
    case 'snappy':
      return decompressSnappy(input, sizeBytesMax);
    case 'lz4':
      return decompressLz4(input, sizeBytesMax);
    case 'zstd':
      return decompressZstd(input, sizeBytesMax);
    default:
      return unreachable(codec);
  }
}
